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
import { AT_FDCWD } from "../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../ffi/errno.ts";

/**
 * Whether a path names something, a link that leads nowhere included.
 *
 * @throws {SyscallError} If it cannot be told.
 */
export function pathExists(path: string): boolean {
  return lstatIfThere(AT_FDCWD, path) !== undefined;
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
