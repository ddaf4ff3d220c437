/**
 * Reads a tree of files as an archive would hold it: directories before what
 * is in them, names in order, files with several names as links. The tree may
 * change meanwhile, and whoever changes it may be hostile: everything is found
 * by descriptor, no symbolic link is followed, and nothing but a directory or
 * a regular file is ever opened.
 *
 * @module
 */
import { type Extent, openat } from "../../ffi/calls/file.ts";
import { type FileStatus, fstat } from "../../ffi/calls/stat.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
} from "../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import type { Memory } from "../../ffi/memory.ts";
import { listNames } from "../base/directory_names.ts";
import { isKernelFileSystem } from "./kernel_file_system.ts";
import { type ByteString, byteString } from "./tar/byte_string.ts";
import type { EntrySource, TarEntry } from "./tar/entry.ts";
import { keptXattrs } from "./tar/xattrs.ts";
import {
  entryType,
  FileContent,
  LinkFinder,
  makeEntry,
  readLink,
} from "./tree_entry.ts";

const EMPTY = "" as ByteString;

/** How a tree is read. */
export interface TreeReaderOptions {
  /** What its top is called; empty leaves the top itself out. */
  readonly name: ByteString;
  /** Whether a directory is passed by: it is told of, and nothing in it. */
  isPassedBy?(name: ByteString): boolean;
}

/** A directory being read. */
interface Level {
  readonly fd: Fd;
  /** Its name, ending with a slash unless it is empty. */
  readonly prefix: string;
  readonly status: FileStatus;
  /** What has not been read, the next at the end. */
  readonly names: Uint8Array[];
}

/** One pass over a tree. */
export class TreeReader implements EntrySource, Disposable {
  readonly #content = new FileContent();
  readonly #top: Fd;
  readonly #options: TreeReaderOptions;
  readonly #levels: Level[] = [];
  readonly #links = new LinkFinder();
  #hasBegun = false;

  /** @param top Of any kind, perhaps `O_PATH`; stays open with the caller. */
  constructor(top: Fd, options: TreeReaderOptions) {
    this.#top = top;
    this.#options = options;
  }

  /** As of {@linkcode EntrySource}. */
  get memory(): Memory {
    return this.#content.memory;
  }

  /**
   * The next file; one that is gone by now is left out.
   *
   * @throws {SyscallError} If the host refuses something: a bad disk.
   */
  next(): TarEntry | undefined {
    this.#content.close();
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      const { name } = this.#options;
      const entry = this.#enter(this.#top, name);
      if (name !== EMPTY || entry === undefined) return entry;
    }
    for (let level = this.#levels.at(-1); level !== undefined;) {
      const name = level.names.pop();
      if (name === undefined) {
        this.#levels.pop();
        level.fd[Symbol.dispose]();
        level = this.#levels.at(-1);
        continue;
      }
      const entry = this.#visit(level, name);
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  /** As of {@linkcode EntrySource}; ends early if the file has shrunk. */
  readContent(): Extent | undefined {
    return this.#content.readContent();
  }

  /** Closes what it has opened. */
  [Symbol.dispose](): void {
    for (const { fd } of this.#levels.splice(0)) fd[Symbol.dispose]();
    this.#content[Symbol.dispose]();
  }

  #visit(level: Level, bytes: Uint8Array): TarEntry | undefined {
    try {
      const { number } = level.fd;
      using node = openat(number, bytes, O_PATH | O_NOFOLLOW);
      const base = byteString(bytes, 0, bytes.length);
      return this.#enter(node, `${level.prefix}${base}` as ByteString);
    } catch (error) {
      // Somebody has removed it since the directory was listed.
      if (isSyscallError(error, "ENOENT", "ESTALE")) return undefined;
      throw error;
    }
  }

  /** What a file is; its content, or what is in it, comes next. */
  #enter(node: Fd, name: ByteString): TarEntry | undefined {
    const status = fstat(node.number);
    const type = entryType(status);
    if (type === undefined) return undefined;
    const link = this.#links.find(status, name);
    if (link !== undefined) {
      return makeEntry(name, status, { type: "hard-link", linkName: link });
    }
    if (type === "directory") return this.#enterDirectory(node, name, status);
    if (type === "file") {
      const xattrs = this.#content.open(node, status);
      return makeEntry(name, status, { type, xattrs });
    }
    const linkName = type === "symbolic-link" ? readLink(node) : EMPTY;
    return makeEntry(name, status, { type, linkName });
  }

  #enterDirectory(node: Fd, name: ByteString, status: FileStatus): TarEntry {
    const fd = openat(AT_FDCWD, node.path, O_RDONLY | O_DIRECTORY);
    const level: Level = {
      fd,
      prefix: name === EMPTY ? "" : `${name}/`,
      status,
      names: [],
    };
    this.#levels.push(level);
    if (!this.#isPassedBy(fd, name, status)) {
      level.names.push(...listNames(fd.number).sort(descending));
    }
    const xattrs = keptXattrs(fd.number);
    return makeEntry(name, status, { type: "directory", xattrs });
  }

  #isPassedBy(fd: Fd, name: ByteString, status: FileStatus): boolean {
    if (this.#options.isPassedBy?.(name) === true) return true;
    const above = this.#levels.at(-2);
    if (above === undefined || isSameDevice(above.status, status)) return false;
    return isKernelFileSystem(fd);
  }
}

function isSameDevice(a: FileStatus, b: FileStatus): boolean {
  return a.deviceMajor === b.deviceMajor && a.deviceMinor === b.deviceMinor;
}

function descending(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (b[i] ?? 0) - (a[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return b.length - a.length;
}
