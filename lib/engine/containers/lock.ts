/**
 * One lock per container: held by whoever keeps it running or changes it. The
 * kernel releases it when its holder dies.
 *
 * @module
 * @see flock(2)
 */
import { openat, openatIfThere } from "../../../ffi/calls/file.ts";
import { flock, tryFlock } from "../../../ffi/calls/flock.ts";
import {
  AT_FDCWD,
  LOCK_EX,
  LOCK_SH,
  O_DIRECTORY,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { blockThread } from "../../base/block_thread.ts";

/**
 * Locks a directory unless somebody else has it locked.
 *
 * @returns The lock, released with its scope; `"busy"` if somebody has it,
 * `"missing"` if there is no such directory.
 */
export function tryLock(directory: string): Fd | "busy" | "missing" {
  const opened = openatIfThere(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY);
  if (opened === undefined) return "missing";
  using undo = new DisposableStack();
  undo.use(opened);
  if (!tryFlock(opened.number, LOCK_EX)) return "busy";
  undo.move();
  return opened;
}

/**
 * Locks a directory together with others who do so, against one who wants it
 * alone; waits for that one.
 */
export function lockShared(directory: string): Fd {
  const opened = openat(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY);
  flock(opened.number, LOCK_SH);
  return opened;
}

const RETRY_MS = 10;

/**
 * Locks a directory, waiting for its holder.
 *
 * @returns The lock; `"busy"` if its holder has it for longer, `"missing"` if
 * the directory is gone by then.
 */
export function lockWithin(
  directory: string,
  timeoutMs: number,
): Fd | "busy" | "missing" {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const lock = tryLock(directory);
    if (lock !== "busy" || performance.now() > deadline) return lock;
    // Blocking in flock(2) could not be given up.
    blockThread(RETRY_MS);
  }
}
