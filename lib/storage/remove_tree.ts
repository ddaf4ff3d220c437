/**
 * Removes a directory with all below it, by descriptors: names need not be
 * text, and no symbolic link is ever followed.
 *
 * @module
 */
import {
  type DirectoryFd,
  openat,
  rmdirat,
  unlinkat,
} from "../../ffi/calls/file.ts";
import type { KernelPath } from "../../ffi/calls/file.ts";
import {
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
} from "../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import { syscall } from "../../ffi/syscall.ts";

/**
 * Removes a name of a directory, whatever it is. That somebody else removes
 * it at the same time is no error.
 *
 * @param directory Directory that holds the name.
 * @param name One component.
 * @throws {SyscallError} If something cannot be removed.
 */
export function removeTree(directory: DirectoryFd, name: KernelPath): void {
  try {
    unlinkat(directory, name);
    return;
  } catch (error) {
    if (isSyscallError(error, "ENOENT")) return;
    // Linux says EISDIR for a directory, POSIX and some file systems EPERM.
    if (!isSyscallError(error, "EISDIR", "EPERM")) throw error;
  }
  try {
    removeContents(directory, name);
    rmdirat(directory, name);
  } catch (error) {
    if (!isSyscallError(error, "ENOENT")) throw error;
  }
}

function removeContents(directory: DirectoryFd, name: KernelPath): void {
  using fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  // All names first: removing while listing may skip some.
  for (const child of listNames(fd.number)) removeTree(fd.number, child);
}

/**
 * The names in an open directory as bytes, without `.` and `..`.
 *
 * @see getdents64(2), `struct linux_dirent64`
 */
function listNames(fd: DirectoryFd): Uint8Array[] {
  const D_RECLEN = 16;
  const D_NAME = 19;
  const LITTLE_ENDIAN = true;
  const buffer = new Uint8Array(64 * 1024);
  const view = new DataView(buffer.buffer);
  const names: Uint8Array[] = [];
  for (;;) {
    const length = syscall("getdents64", fd, buffer, buffer.length);
    if (length === 0) return names;
    for (let at = 0; at < length;) {
      const start = at + D_NAME;
      const name = buffer.slice(start, buffer.indexOf(0, start));
      const text = String.fromCharCode(...name);
      if (text !== "." && text !== "..") names.push(name);
      at += view.getUint16(at + D_RECLEN, LITTLE_ENDIAN);
    }
  }
}
