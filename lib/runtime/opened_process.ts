/**
 * A process held by descriptor: signals and waiting reach it and no other,
 * even if its pid gets a new owner.
 *
 * @module
 * @see pidfd_open(2)
 */
import { waitReadable } from "../../ffi/calls/poll.ts";
import {
  decodeWaitStatus,
  exitStatusOfReaped,
  openPidfd,
  sendSignal,
  type WaitStatus,
} from "../../ffi/calls/process.ts";
import { ERRNO } from "../../ffi/constants/errno.ts";
import { isSyscallError, SyscallError } from "../../ffi/errno.ts";
import { Fd } from "../../ffi/fd.ts";
import {
  exitStatusOfZombie,
  isRunning,
  type ProcessIdentity,
} from "./process_identity.ts";

/** Opens exactly this process; `undefined` if it has ended. */
export function openProcess(identity: ProcessIdentity): Fd | undefined {
  try {
    using pidfd = openPidfd(identity.pid);
    // Before there was a descriptor, the pid may have got a new owner.
    return isRunning(identity) ? new Fd(pidfd.release()) : undefined;
  } catch (error) {
    if (isSyscallError(error, "ESRCH")) return undefined;
    throw error;
  }
}

/**
 * Sends a signal.
 *
 * @returns Whether the process was still there to get it.
 */
export function signalProcess(process: Fd, signal: number): boolean {
  try {
    sendSignal(process, signal);
    return true;
  } catch (error) {
    if (isSyscallError(error, "ESRCH")) return false;
    throw error;
  }
}

/**
 * Sends a signal to a process whose descriptor is closed once it has been
 * waited for.
 *
 * @throws {SyscallError} `ESRCH` then, as the kernel says a moment earlier.
 */
export function signalUnlessClosed(process: Fd, signal: number): void {
  if (!process.isOpen) {
    throw new SyscallError("pidfd_send_signal", ERRNO.ESRCH, "closed");
  }
  sendSignal(process, signal);
}

/**
 * Waits, without blocking the event loop, until a process has ended; it need
 * not be a child and is not reaped.
 *
 * @param timeoutMs May be `Infinity`.
 * @returns Whether it ended in time.
 */
export async function awaitEnd(
  process: Fd,
  timeoutMs: number,
): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const leftMs = end - performance.now();
    const [ended] = await waitReadable([process], leftMs);
    if (ended !== undefined) return true;
    // A signal that came to the other thread may have woken it early.
    if (performance.now() >= end) return false;
  }
}

/**
 * How a process has ended that is no child of ours.
 *
 * @param process Opened before it had ended.
 * @returns `undefined` if its parent has asked already, and the kernel does not
 * tell others: before Linux 6.15.
 */
export function statusOfEnded(
  process: Fd,
  identity: ProcessIdentity,
): WaitStatus | undefined {
  // Its new parent reaps it when it likes.
  const remains = exitStatusOfZombie(identity);
  if (remains !== undefined) return decodeWaitStatus(remains);
  return exitStatusOfReaped(process);
}
