/**
 * Locks that die with their holder: `flock(2)` on a file or directory.
 *
 * @module
 */
import { openat } from "../../ffi/calls/file.ts";
import { tryFlock } from "../../ffi/calls/flock.ts";
import { fstat, isSameFile, statIfThere } from "../../ffi/calls/stat.ts";
import {
  AT_FDCWD,
  LOCK_EX,
  O_CREAT,
  O_RDWR,
} from "../../ffi/constants/fcntl.ts";
import type { Fd } from "../../ffi/fd.ts";
import { syscallAsync } from "../../ffi/syscall.ts";
import { noteBegun, noteFinished } from "./unfinished.ts";

/** A held lock, let go of when its scope ends. */
class HeldLock implements Disposable {
  readonly #fd: Fd;
  readonly #path: string;

  constructor(fd: Fd, path: string) {
    this.#fd = fd;
    this.#path = path;
    noteBegun(this);
  }

  [Symbol.dispose](): void {
    noteFinished(this);
    Deno.removeSync(this.#path);
    this.#fd[Symbol.dispose]();
  }
}

/**
 * Waits for the lock on a file of this name, and removes the file afterwards.
 *
 * @param path The lock's own file; it holds nothing.
 */
export async function lockFile(path: string): Promise<Disposable> {
  for (;;) {
    const fd = openat(AT_FDCWD, path, O_RDWR | O_CREAT, 0o600);
    // The answer of the waiting call is not known, so it is asked for again.
    while (!tryLock(fd)) await syscallAsync("flock", fd.number, LOCK_EX);
    // The holder before us removed the file: others lock another one now.
    if (isNamed(fd, path)) return new HeldLock(fd, path);
    fd[Symbol.dispose]();
  }
}

/** Locks an open file unless somebody else has. */
export function tryLock(fd: Fd): boolean {
  return tryFlock(fd.number, LOCK_EX);
}

/** Whether a path still leads to an open file. */
export function isNamed(fd: Fd, path: string): boolean {
  const named = statIfThere(AT_FDCWD, path);
  return named !== undefined && isSameFile(named, fstat(fd.number));
}
