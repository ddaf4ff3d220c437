/**
 * What is in a directory. Names of files are bytes; Deno's own listing only
 * tells them right if they are text.
 *
 * @module
 */
import type { DirectoryFd } from "../../ffi/calls/file.ts";
import { LITTLE_ENDIAN } from "../../ffi/endian.ts";
import { syscall } from "../../ffi/syscall.ts";

/** A directory, as a listing tells kinds of files. */
const DT_DIR = 4;

/**
 * The names in an open directory as bytes, without `.` and `..`.
 *
 * @param fd Not `O_PATH`; read from where it is, which is the start at first.
 * @see getdents64(2), `struct linux_dirent64`
 */
export function listNames(fd: DirectoryFd): Uint8Array[] {
  return listEntries(fd).map(({ name }) => name);
}

/**
 * As {@linkcode listNames}, only those of directories. For file systems that
 * tell kinds in listings, as the kernel's own do.
 */
export function listDirectories(fd: DirectoryFd): Uint8Array[] {
  return listEntries(fd).filter(({ kind }) => kind === DT_DIR)
    .map(({ name }) => name);
}

interface Entry {
  readonly name: Uint8Array;
  /** A `DT_` constant. */
  readonly kind: number;
}

function listEntries(fd: DirectoryFd): Entry[] {
  const D_RECLEN = 16;
  const D_TYPE = 18;
  const D_NAME = 19;
  const buffer = new Uint8Array(32 * 1024);
  const view = new DataView(buffer.buffer);
  const entries: Entry[] = [];
  for (;;) {
    const length = syscall("getdents64", fd, buffer, buffer.length);
    if (length === 0) return entries;
    for (let at = 0; at < length;) {
      const start = at + D_NAME;
      const name = buffer.slice(start, buffer.indexOf(0, start));
      const text = String.fromCharCode(...name);
      if (text !== "." && text !== "..") {
        entries.push({ name, kind: view.getUint8(at + D_TYPE) });
      }
      at += view.getUint16(at + D_RECLEN, LITTLE_ENDIAN);
    }
  }
}
