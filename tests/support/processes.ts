/**
 * Waiting for processes that a test launched by system calls.
 *
 * @module
 */
import type { Fd } from "../../ffi/fd.ts";
import { SIGINFO } from "../../ffi/structs.ts";
import { syscall } from "../../ffi/syscall.ts";

const P_PIDFD = 3;
const WEXITED = 4;
const CLD_EXITED = 1;

/**
 * Blocks until a child has ended, reaps it and closes its descriptor.
 *
 * @returns Its exit status, or 128 + the signal that killed it.
 */
export function exitStatus(pidfd: Fd): number {
  using _ = pidfd;
  const bytes = new Uint8Array(SIGINFO.size);
  syscall("waitid", P_PIDFD, pidfd.number, bytes, WEXITED, null);
  const { si_code, si_status } = SIGINFO.decode(bytes);
  return si_code === CLD_EXITED ? si_status : 128 + si_status;
}

/** How many descriptors this process has open. */
export function openDescriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}
