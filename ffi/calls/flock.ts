/**
 * Locks of whole files, which end with the last descriptor of their opening.
 *
 * @module
 * @see flock(2)
 */
import { LOCK_NB } from "../constants/fcntl.ts";
import { syscall, syscallUnless } from "../syscall.ts";

/** `flock(2)` with a union of `LOCK_` flags. */
export function flock(fd: number, operation: number): void {
  syscall("flock", fd, operation);
}

/** As {@linkcode flock} with `LOCK_NB`; `false` if somebody else has a lock. */
export function tryFlock(fd: number, operation: number): boolean {
  return syscallUnless(["EAGAIN"], "flock", fd, operation | LOCK_NB) !==
    undefined;
}
