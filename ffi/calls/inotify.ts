/**
 * Being told of what happens in directories.
 *
 * @module
 * @see inotify(7)
 */
import { O_CLOEXEC, O_NONBLOCK } from "../constants/fcntl.ts";
import { Fd } from "../fd.ts";
import { syscall, trySyscall } from "../syscall.ts";

const BUFFER_BYTES = 4096;

/**
 * `inotify_init1(2)`: a descriptor to be polled; reading never waits.
 *
 * @throws {SyscallError} `EMFILE` if a user may have no more of them.
 */
export function openInotify(): Fd {
  return new Fd(syscall("inotify_init1", O_CLOEXEC | O_NONBLOCK));
}

/**
 * `inotify_add_watch(2)`
 *
 * @param mask A union of `IN_` flags.
 * @throws {SyscallError} `ENOENT` if there is no such path, `ENOSPC` if a user
 * may watch no more.
 */
export function addWatch(inotify: Fd, path: string, mask: number): void {
  syscall("inotify_add_watch", inotify.number, path, mask);
}

/** Forgets what has happened: from now on something new wakes. */
export function discardEvents(inotify: Fd): void {
  const buffer = new Uint8Array(BUFFER_BYTES);
  while (trySyscall("read", inotify.number, buffer, BUFFER_BYTES) > 0);
}
