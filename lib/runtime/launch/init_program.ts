/**
 * The init program as a file that exists only in memory, sealed: a container
 * can execute it, but not change it.
 *
 * @module
 * @see memfd_create(2), fcntl(2), "File Sealing"
 */
import { writeAllSync } from "../../../ffi/calls/pipe.ts";
import { F_ADD_SEALS, F_DUPFD_CLOEXEC } from "../../../ffi/constants/fcntl.ts";
import { Fd } from "../../../ffi/fd.ts";
import { initProgram } from "../../../ffi/init/init.ts";
import { syscall } from "../../../ffi/syscall.ts";

const MFD_CLOEXEC = 0x1;
const MFD_ALLOW_SEALING = 0x2;
/** `F_SEAL_SEAL|F_SEAL_SHRINK|F_SEAL_GROW|F_SEAL_WRITE` */
const ALL_SEALS = 0xf;
/** Clear of the descriptors a plan gives to the new process. */
const FIRST_DESCRIPTOR = 10;

/** Makes the file; its descriptor is what a plan calls `init`. */
export function openInitProgram(): Fd {
  const flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  using low = new Fd(syscall("memfd_create", "docker-init", flags));
  writeAllSync(low, initProgram());
  syscall("fcntl", low.number, F_ADD_SEALS, ALL_SEALS);
  return new Fd(
    syscall("fcntl", low.number, F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR),
  );
}
