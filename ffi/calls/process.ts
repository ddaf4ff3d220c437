/**
 * Processes by descriptor: opening, signalling and waiting. One call each.
 *
 * @module
 * @see pidfd_open(2), pidfd_send_signal(2), waitid(2)
 */
import { ERRNO } from "../constants/errno.ts";
import { LITTLE_ENDIAN } from "../endian.ts";
import { SyscallError } from "../errno.ts";
import { Fd } from "../fd.ts";
import { Memory } from "../memory.ts";
import { syscall, syscallAsync, trySyscall } from "../syscall.ts";
import { readableWithin } from "./poll.ts";

const P_PIDFD = 3;
const WEXITED = 0x4;
const CLD_EXITED = 1;
/** Size of `siginfo_t`, and where `si_code` and `si_status` are in it. */
const SIGINFO_BYTES = 128;
const SI_CODE_OFFSET = 8;
const SI_STATUS_OFFSET = 24;

/** How a process ended. */
export type WaitStatus =
  | { readonly kind: "exited"; readonly status: number }
  | { readonly kind: "signaled"; readonly signal: number };

/** `struct pidfd_info`: its size, a bit of its mask, and a member's offset. */
const PIDFD_INFO_BYTES = 64;
/** `_IOWR(0xff, 11, struct pidfd_info)`, which older headers lack. */
const PIDFD_GET_INFO = 0xc040ff0b;
const PIDFD_INFO_EXIT = 0x8n;
const PIDFD_INFO_EXIT_CODE = 60;

/**
 * Refers to a process in a way that survives the reuse of its pid.
 *
 * @param pid In the caller's pid namespace.
 * @throws {SyscallError} `ESRCH` if there is none.
 */
export function openPidfd(pid: number): Fd {
  return new Fd(syscall("pidfd_open", pid, 0));
}

/**
 * Sends a signal.
 *
 * @throws {SyscallError} `ESRCH` if the process has been waited for.
 */
export function sendSignal(pidfd: Fd, signal: number): void {
  syscall("pidfd_send_signal", pidfd.number, signal, null, 0);
}

/**
 * Waits, without blocking the event loop, until a child ends, and reaps it.
 *
 * @param pidfd A child of this process that nobody else waits for.
 * @throws {TypeError} If it is not such a child.
 */
export async function waitPidfd(pidfd: Fd): Promise<WaitStatus> {
  using info = new Memory(SIGINFO_BYTES);
  using _held = pidfd.hold();
  const result = await syscallAsync(
    "waitid",
    P_PIDFD,
    pidfd.number,
    info,
    WEXITED,
    null,
  );
  if (result < 0) throw new TypeError("waitid() refused a process descriptor");
  return readStatus(info);
}

/**
 * As {@linkcode waitPidfd}, but blocks the thread: for a child that is about to
 * end, where no thread of the pool may be started.
 *
 * @throws {SyscallError} `ECHILD` if it is no child of this process.
 */
export function reapPidfd(pidfd: Fd): WaitStatus {
  using info = new Memory(SIGINFO_BYTES);
  for (;;) {
    const result = trySyscall(
      "waitid",
      P_PIDFD,
      pidfd.number,
      info,
      WEXITED,
      null,
    );
    if (result >= 0) return readStatus(info);
    if (-result !== ERRNO.EINTR) {
      throw new SyscallError("waitid", -result, String(pidfd.number));
    }
  }
}

/**
 * How a process ended that need not have been a child, once its parent has
 * reaped it.
 *
 * @returns `undefined` if it has not been, or where the kernel does not tell:
 * before Linux 6.15.
 */
export function exitStatusOfReaped(pidfd: Fd): WaitStatus | undefined {
  const info = new Uint8Array(PIDFD_INFO_BYTES);
  const view = new DataView(info.buffer);
  view.setBigUint64(0, PIDFD_INFO_EXIT, LITTLE_ENDIAN);
  const result = trySyscall("ioctl", pidfd.number, PIDFD_GET_INFO, info);
  if (result < 0) return undefined;
  const mask = view.getBigUint64(0, LITTLE_ENDIAN);
  if ((mask & PIDFD_INFO_EXIT) === 0n) return undefined;
  return decodeWaitStatus(view.getInt32(PIDFD_INFO_EXIT_CODE, LITTLE_ENDIAN));
}

/**
 * What a status means as wait(2) gives it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(decodeWaitStatus(9), { kind: "signaled", signal: 9 });
 * ```
 */
export function decodeWaitStatus(status: number): WaitStatus {
  const signal = status & 0x7f;
  return signal === 0
    ? { kind: "exited", status: (status >> 8) & 0xff }
    : { kind: "signaled", signal };
}

function readStatus({ view }: Memory): WaitStatus {
  const code = view.getInt32(SI_CODE_OFFSET, LITTLE_ENDIAN);
  const status = view.getInt32(SI_STATUS_OFFSET, LITTLE_ENDIAN);
  return code === CLD_EXITED
    ? { kind: "exited", status }
    : { kind: "signaled", signal: status };
}

/**
 * Waits, blocking the thread, until a process has ended; it need not be a
 * child and is not reaped.
 *
 * @returns Whether it ended in time.
 */
export function waitForEnd(pidfd: Fd, timeoutMs: number): boolean {
  return readableWithin([pidfd], timeoutMs).length > 0;
}

/**
 * Waits for one turn of Deno's pool of threads: what was about to finish there
 * has most likely finished by then.
 */
export async function poolTurn(): Promise<void> {
  await syscallAsync("getpid");
}
