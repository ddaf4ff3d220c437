/**
 * A lock on a directory, for a moment: of those who look at what is in it and
 * then change that.
 *
 * @module
 * @see flock(2)
 */
import { openat } from "../../ffi/calls/file.ts";
import { flock } from "../../ffi/calls/flock.ts";
import {
  AT_FDCWD,
  LOCK_EX,
  LOCK_SH,
  O_DIRECTORY,
  O_RDONLY,
} from "../../ffi/constants/fcntl.ts";
import type { Fd } from "../../ffi/fd.ts";

/**
 * Locks a directory, which is made if it is missing. Blocks the thread while
 * somebody else has the lock, who does not keep it for long.
 *
 * @returns Unlocks when it is disposed of.
 */
export function lockDirectory(path: string): Fd {
  return lock(path, LOCK_EX);
}

/**
 * As {@linkcode lockDirectory}, but together with others who only want nobody
 * to change what is in it.
 */
export function lockDirectoryShared(path: string): Fd {
  return lock(path, LOCK_SH);
}

function lock(path: string, operation: number): Fd {
  Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  const directory = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
  flock(directory.number, operation);
  return directory;
}
