/**
 * Files of a tree as an archive would hold them, and their content. The tree
 * may change meanwhile, and whoever changes it may be hostile: a file is known
 * by descriptor, and nothing but a regular file is ever opened.
 *
 * @module
 */
import { type Extent, openat, read, readlinkat } from "../../ffi/calls/file.ts";
import { type FileStatus, isDirectory } from "../../ffi/calls/stat.ts";
import { AT_FDCWD, O_RDONLY } from "../../ffi/constants/fcntl.ts";
import {
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
} from "../../ffi/constants/stat.ts";
import type { Fd } from "../../ffi/fd.ts";
import { Memory } from "../../ffi/memory.ts";
import { type ByteString, byteString } from "./tar/byte_string.ts";
import type { ContentSource, EntryType, TarEntry } from "./tar/entry.ts";
import { keptXattrs } from "./tar/xattrs.ts";

/** Small enough to stay in a core's cache between read(2) and write(2). */
const WINDOW_BYTES = 512 * 1024;
const PERMISSIONS = 0o7777;
const EMPTY = "" as ByteString;
const NO_XATTRS: TarEntry["xattrs"] = new Map();

/** Sockets are missing: they mean nothing without the process behind them. */
const TYPES: ReadonlyMap<number, EntryType> = new Map([
  [S_IFREG, "file"],
  [S_IFDIR, "directory"],
  [S_IFLNK, "symbolic-link"],
  [S_IFCHR, "character-device"],
  [S_IFBLK, "block-device"],
  [S_IFIFO, "fifo"],
]);

/** The kind of a file, `undefined` if no archive can hold it. */
export function entryType({ mode }: FileStatus): EntryType | undefined {
  return TYPES.get(mode & S_IFMT);
}

/** A file as an entry, with what more is known of it. */
export function makeEntry(
  name: ByteString,
  status: FileStatus,
  known: Pick<TarEntry, "type"> & Partial<TarEntry>,
): TarEntry {
  const { specialMajor: major, specialMinor: minor } = status;
  return {
    name,
    linkName: EMPTY,
    mode: status.mode & PERMISSIONS,
    uid: status.uid,
    gid: status.gid,
    modified: status.modified,
    device: { major, minor },
    sizeBytes: known.type === "file" ? status.sizeBytes : 0,
    extents: undefined,
    xattrs: NO_XATTRS,
    ...known,
  };
}

/** What an `O_PATH` descriptor of a symbolic link says. */
export function readLink(node: Fd): ByteString {
  const target = readlinkat(node.number, "");
  return byteString(target, 0, target.length);
}

/** Finds files that have been told already under another name. */
export class LinkFinder {
  readonly #first = new Map<string, ByteString>();

  /**
   * The first name of a file, `undefined` if this one is. Directories have but
   * one.
   */
  find(
    { mode, linkCount, deviceMajor, deviceMinor, inode }: FileStatus,
    name: ByteString,
  ): ByteString | undefined {
    if (linkCount < 2 || isDirectory({ mode })) return undefined;
    const key = `${deviceMajor}:${deviceMinor}:${inode}`;
    const first = this.#first.get(key);
    if (first === undefined) this.#first.set(key, name);
    return first;
  }
}

/** The content of one file after the other. */
export class FileContent implements ContentSource, Disposable {
  readonly memory = new Memory(WINDOW_BYTES);
  #file: Fd | undefined;
  /** What it may still grow by while it is read is left out. */
  #left = 0;

  /**
   * Opens a file to be read, in place of the one before.
   *
   * @param node A regular file, perhaps `O_PATH`.
   * @returns Its attributes.
   */
  open(node: Fd, { sizeBytes }: FileStatus): TarEntry["xattrs"] {
    this.close();
    const file = openat(AT_FDCWD, node.path, O_RDONLY);
    this.#file = file;
    this.#left = sizeBytes;
    return keptXattrs(file.number);
  }

  /** As of {@linkcode ContentSource}; ends early if the file has shrunk. */
  readContent(): Extent | undefined {
    if (this.#file === undefined || this.#left === 0) return undefined;
    const whole = { offset: 0, length: Math.min(this.#left, WINDOW_BYTES) };
    const length = read(this.#file.number, this.memory, whole);
    this.#left -= length;
    return length === 0 ? undefined : { offset: 0, length };
  }

  /** Closes the file that is open, if any. */
  close(): void {
    this.#file?.[Symbol.dispose]();
    this.#file = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
    this.memory[Symbol.dispose]();
  }
}
