/**
 * The init program as a file that exists only in memory, sealed: a container
 * can execute it, but not change it. Every program is executed by it, because
 * `/proc/self/exe` of a process on its way to the program is this file then,
 * and not the host's Deno (CVE-2019-5736).
 *
 * @module
 * @see memfd_create(2), fcntl(2), "File Sealing"
 */
import { writeAllSync } from "../../../ffi/calls/pipe.ts";
import { ERRNO } from "../../../ffi/constants/errno.ts";
import {
  F_ADD_SEALS,
  F_SEAL_GROW,
  F_SEAL_SEAL,
  F_SEAL_SHRINK,
  F_SEAL_WRITE,
  MFD_ALLOW_SEALING,
  MFD_CLOEXEC,
} from "../../../ffi/constants/fcntl.ts";
import { describeErrno } from "../../../ffi/errno.ts";
import { Fd } from "../../../ffi/fd.ts";
import { initProgram } from "../../../ffi/init/init.ts";
import { syscall, trySyscall } from "../../../ffi/syscall.ts";
import { StartError } from "../../base/errors.ts";

const NAME = "docker-init";
/** Since Linux 6.3, and so not in every `linux/memfd.h`. */
const MFD_EXEC = 0x10;
const ALL_SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

/**
 * Makes the file; its descriptor is what a plan calls `init`.
 *
 * @throws {StartError} `setup` where files in memory cannot be executed. There
 * is no other way to start a program that is safe.
 */
export function openInitProgram(): Fd {
  using undo = new DisposableStack();
  const file = undo.use(createExecutable());
  writeAllSync(file, initProgram());
  syscall("fcntl", file.number, F_ADD_SEALS, ALL_SEALS);
  file.raise();
  undo.move();
  return file;
}

/** Newer kernels want to be told that a file is to be executed. */
function createExecutable(): Fd {
  const flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  let result = trySyscall("memfd_create", NAME, flags | MFD_EXEC);
  if (result === -ERRNO.EINVAL) {
    result = trySyscall("memfd_create", NAME, flags);
  }
  if (result >= 0) return new Fd(result);
  throw new StartError(
    "setup",
    `Cannot make an executable file in memory: ${describeErrno(-result)}`,
    result === -ERRNO.EACCES ? { advice: "sysctl vm.memfd_noexec=1" } : {},
  );
}
