/**
 * Whether there is something at a path of the host. On the start path.
 *
 * @module
 */
import {
  isDirectory,
  lstatIfThere,
  statIfThere,
} from "../../ffi/calls/stat.ts";
import { ERRNO } from "../../ffi/constants/errno.ts";
import { AT_FDCWD, AT_SYMLINK_NOFOLLOW } from "../../ffi/constants/fcntl.ts";
import { STATX_BYTES } from "../../ffi/constants/stat.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import { trySyscall } from "../../ffi/syscall.ts";

/**
 * Whether a path names something, a link that leads nowhere included.
 *
 * @throws {SyscallError} If it cannot be told.
 */
export function pathExists(path: string): boolean {
  return lstatIfThere(AT_FDCWD, path) !== undefined;
}

/**
 * Whether it is certain that a path names nothing. For who is about to ask Deno
 * for what mostly is not there: an exception takes it ten times as long.
 */
export function isMissing(path: string): boolean {
  const status = new Uint8Array(STATX_BYTES);
  const flags = AT_SYMLINK_NOFOLLOW;
  return trySyscall("statx", AT_FDCWD, path, flags, 0, status) ===
    -ERRNO.ENOENT;
}

/**
 * Whether a path leads to something: a link that leads nowhere does not.
 *
 * @throws {SyscallError} If it cannot be told.
 */
export function targetExists(path: string): boolean {
  return statIfThere(AT_FDCWD, path) !== undefined;
}

/** Whether a path leads to a directory, as far as can be told. */
export function isDirectoryAt(path: string): boolean {
  try {
    const status = statIfThere(AT_FDCWD, path);
    return status !== undefined && isDirectory(status);
  } catch (error) {
    // Whoever opens it tells what is wrong with it.
    if (isSyscallError(error)) return false;
    throw error;
  }
}
