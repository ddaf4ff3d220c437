/**
 * Puts files into a tree that exists: beside and in place of what is there.
 * Names are found beneath the root by descriptor, and what is replaced is
 * neither opened nor followed. Directories that exist stay as they are, whoever
 * they belong to.
 *
 * @module
 */
import {
  type DirectoryFd,
  linkat,
  mkdirat,
  openat,
  unlinkat,
  write,
} from "../../ffi/calls/file.ts";
import {
  type FileStatus,
  fstat,
  isDirectory,
  isSameFile,
  lstatat,
} from "../../ffi/calls/stat.ts";
import { openat2 } from "../../ffi/calls/openat2.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
} from "../../ffi/constants/fcntl.ts";
import { RESOLVE_NO_XDEV } from "../../ffi/constants/openat2.ts";
import { S_IFLNK, S_IFMT, S_IFREG } from "../../ffi/constants/stat.ts";
import {
  describeErrno,
  isSyscallError,
  SyscallError,
} from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { syscall } from "../../ffi/syscall.ts";
import { ConflictError, HostError, IntegrityError } from "../base/errors.ts";
import { type ByteString, kernelPath, printable } from "./tar/byte_string.ts";
import { Directories } from "./tar/directories.ts";
import type { ContentSource, EntrySource, TarEntry } from "./tar/entry.ts";
import {
  ACCESS_BITS,
  finishDirectory,
  makeFile,
  makeSpecialFile,
  makeSymbolicLink,
} from "./tar/make_node.ts";
import {
  lastComponent,
  normalizeName,
  parentName,
  ROOT_NAME,
} from "./tar/names.ts";
import { findOverlayXattr } from "./tar/xattrs.ts";

/** What else there is belongs to some program, or is the host's own. */
const REPLACED: ReadonlySet<number> = new Set([S_IFREG, S_IFLNK]);

/** Where files are put. */
export interface TreeTarget {
  /** The directory that names begin in. */
  readonly root: DirectoryFd;
  /** What messages call it: `aa:/etc`, or a path of the host. */
  readonly label: string;
  /** Who owns what the calling thread makes. */
  readonly maker: { readonly uid: number; readonly gid: number };
}

/**
 * Puts all files of a source into a tree. Blocks; changes the process's umask
 * meanwhile. If it throws, what was put there so far stays.
 *
 * @returns How many bytes the files have.
 * @throws {IntegrityError} If a name or a file is hostile.
 * @throws {ConflictError} If a directory would replace a file, or a file one.
 * @throws {HostError} If the host refuses something: no space, read-only.
 */
export function writeTree(source: EntrySource, target: TreeTarget): number {
  const umask = syscall("umask", 0);
  try {
    using writer = new TreeWriter(target);
    return writer.putAll(source);
  } finally {
    syscall("umask", umask);
  }
}

class TreeWriter implements Disposable {
  readonly #target: TreeTarget;
  readonly #directories: Directories;
  /** New directories, whose attributes wait, as files within change them. */
  readonly #pending = new Map<ByteString, TarEntry>();

  constructor(target: TreeTarget) {
    this.#target = target;
    this.#directories = new Directories(target.root);
  }

  putAll(source: EntrySource): number {
    let sizeBytes = 0;
    for (
      let entry = source.next();
      entry !== undefined;
      entry = source.next()
    ) {
      this.#attempt(entry, (name) => this.#put(name, entry, source));
      sizeBytes += entry.sizeBytes;
    }
    for (const entry of [...this.#pending.values()].reverse()) {
      this.#attempt(entry, (name) => this.#finish(name, entry));
    }
    return sizeBytes;
  }

  [Symbol.dispose](): void {
    this.#directories[Symbol.dispose]();
  }

  #attempt(entry: TarEntry, action: (name: ByteString) => void): void {
    try {
      action(this.#safeName(entry.name, entry));
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      const reason = `${error.call}: ${describeErrno(error.errno)}`;
      throw new HostError(this.#failure(entry, reason), { cause: error });
    }
  }

  #put(name: ByteString, entry: TarEntry, source: ContentSource): void {
    this.#refuseOverlayMarks(entry);
    if (name === ROOT_NAME) {
      if (entry.type === "directory") return;
      throw this.#refusal(entry, "the root can only be a directory");
    }
    try {
      this.#make(name, entry, source);
    } catch (error) {
      if (!isSyscallError(error, "EEXIST")) throw error;
      this.#replace(name, entry, source);
    }
  }

  #make(name: ByteString, entry: TarEntry, source: ContentSource): void {
    const { maker } = this.#target;
    const directory = this.#directoryOf(name, entry);
    const base = lastComponent(name);
    const isOwn = entry.uid === maker.uid && entry.gid === maker.gid;
    const node = { directory, base, entry, isOwn };
    switch (entry.type) {
      case "file":
        return makeFile(node, source);
      case "directory":
        mkdirat(directory, kernelPath(base), entry.mode & ACCESS_BITS);
        this.#pending.set(name, entry);
        return;
      case "hard-link":
        return this.#makeHardLink(name, entry);
      case "symbolic-link":
        return makeSymbolicLink(node);
      default:
        return makeSpecialFile(node, entry.type);
    }
  }

  #makeHardLink(name: ByteString, entry: TarEntry): void {
    const target = this.#safeName(entry.linkName, entry);
    // Made if missing, so that asking again below opens nothing.
    this.#directoryOf(name, entry);
    const from = this.#directoryOf(target, entry);
    const to = this.#directoryOf(name, entry);
    linkat(
      { directory: from, name: kernelPath(lastComponent(target)) },
      { directory: to, name: kernelPath(lastComponent(name)) },
    );
  }

  #replace(name: ByteString, entry: TarEntry, source: ContentSource): void {
    const directory = this.#directoryOf(name, entry);
    const base = kernelPath(lastComponent(name));
    const existing = lstatat(directory, base);
    if (isDirectory(existing) && entry.type === "directory") return;
    if (isDirectory(existing) || entry.type === "directory") {
      throw this.#mismatch(entry, existing);
    }
    if (!REPLACED.has(existing.mode & S_IFMT)) {
      throw this.#refusal(entry, "a device, a pipe or a socket is there");
    }
    if (entry.type === "hard-link" && this.#isLinked(existing, entry)) return;
    if (isMountPoint(directory, base)) {
      return this.#writeInto(directory, base, { entry, source });
    }
    unlinkat(directory, base);
    this.#make(name, entry, source);
  }

  /**
   * What is mounted on a name cannot be replaced, and from outside of the
   * container removing the name would unmount it there.
   */
  #writeInto(
    directory: DirectoryFd,
    base: string | Uint8Array,
    { entry, source }: { entry: TarEntry; source: ContentSource },
  ): void {
    using node = openat(directory, base, O_PATH | O_NOFOLLOW);
    const isFile = (fstat(node.number).mode & S_IFMT) === S_IFREG;
    if (!isFile || entry.type !== "file") {
      throw this.#refusal(entry, "something is mounted there");
    }
    using file = openat(AT_FDCWD, node.path, O_WRONLY | O_TRUNC);
    writeAll(file, source);
  }

  #isLinked(existing: FileStatus, entry: TarEntry): boolean {
    const target = this.#safeName(entry.linkName, entry);
    const linked = lstatat(
      this.#directoryOf(target, entry),
      kernelPath(lastComponent(target)),
    );
    return isSameFile(existing, linked);
  }

  #finish(name: ByteString, entry: TarEntry): void {
    using fd = openat(
      this.#directories.find(parentName(name)),
      kernelPath(lastComponent(name)),
      O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
    );
    finishDirectory(fd.number, entry);
  }

  #directoryOf(name: ByteString, entry: TarEntry): DirectoryFd {
    try {
      return this.#directories.get(parentName(name));
    } catch (error) {
      if (!isSyscallError(error, "ENOENT", "ENOTDIR", "ELOOP")) throw error;
      const parent = printable(parentName(name));
      throw this.#refusal(entry, `${parent} does not lead to a directory`);
    }
  }

  #safeName(name: ByteString, entry: TarEntry): ByteString {
    const normalized = normalizeName(name);
    if (normalized !== undefined) return normalized;
    throw this.#refusal(entry, `${printable(name)} contains ".."`);
  }

  #refuseOverlayMarks({ type, device, xattrs }: TarEntry): void {
    const isWhiteout = type === "character-device" && device.major === 0 &&
      device.minor === 0;
    if (!isWhiteout && findOverlayXattr(xattrs) === undefined) return;
    throw new IntegrityError(
      `Cannot copy to "${this.#target.label}": a file is marked for an overlay file system`,
    );
  }

  #mismatch(entry: TarEntry, existing: FileStatus): ConflictError {
    const kind = (is: boolean): string => is ? "directory" : "non-directory";
    const old = kind(isDirectory(existing));
    const added = kind(entry.type === "directory");
    const name = printable(entry.name);
    return new ConflictError(
      `cannot overwrite ${old} ${name} with ${added} ${name} in "${this.#target.label}"`,
    );
  }

  #refusal(entry: TarEntry, reason: string): IntegrityError {
    return new IntegrityError(this.#failure(entry, reason));
  }

  #failure(entry: TarEntry, reason: string): string {
    const name = printable(entry.name);
    return `Cannot copy ${name} to "${this.#target.label}": ${reason}`;
  }
}

/** Whether something is mounted on a name, in whatever namespace it is of. */
function isMountPoint(
  directory: DirectoryFd,
  name: string | Uint8Array,
): boolean {
  try {
    const flags = O_PATH | O_NOFOLLOW;
    using _node = openat2(directory, name, { flags, resolve: RESOLVE_NO_XDEV });
    return false;
  } catch (error) {
    if (isSyscallError(error, "EXDEV")) return true;
    throw error;
  }
}

function writeAll(file: Fd, source: ContentSource): void {
  for (
    let piece = source.readContent();
    piece !== undefined;
    piece = source.readContent()
  ) {
    for (let { offset, length } = piece; length > 0;) {
      const extent = { offset, length };
      const count = write(file.number, source.memory, extent);
      offset += count;
      length -= count;
    }
  }
}
