/**
 * Unpacks an archive beneath a directory, as it was packed. Every name is found
 * beneath the root by descriptor, and every file is made anew, never opened,
 * so an archive can neither leave the root nor write through what it made.
 *
 * What may not be in an archive is in entry_rules.ts. What a layer hides of
 * those below it, it hides by names, which become marks of overlayfs here.
 *
 * @module
 * @see image-spec 1.1, layer.md
 */
import {
  type DirectoryFd,
  fchmod,
  fchown,
  linkat,
  mkdirat,
  mknodat,
  openat,
} from "../../../ffi/calls/file.ts";
import {
  type FileStatus,
  isDirectory,
  isSameFile,
  lstatat,
} from "../../../ffi/calls/stat.ts";
import { fremovexattr } from "../../../ffi/calls/xattr.ts";
import {
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import { S_IFCHR } from "../../../ffi/constants/stat.ts";
import {
  describeErrno,
  isSyscallError,
  SyscallError,
} from "../../../ffi/errno.ts";
import { syscall } from "../../../ffi/syscall.ts";
import { HostError, IntegrityError } from "../../base/errors.ts";
import { removeTree } from "../../base/remove_tree.ts";
import { type ByteString, kernelPath, printable } from "./byte_string.ts";
import { Directories } from "./directories.ts";
import type { TarEntry } from "./entry.ts";
import { EntryRules } from "./entry_rules.ts";
import {
  ACCESS_BITS,
  finishDirectory,
  makeFile,
  makeSpecialFile,
  makeSymbolicLink,
} from "./make_node.ts";
import { lastComponent, parentName, ROOT_NAME } from "./names.ts";
import type { TarReader } from "./reader.ts";
import { endIfAsked } from "../tidy_end.ts";
import { readWhiteout, type Whiteout } from "./whiteout.ts";
import { markOpaque } from "./xattrs.ts";

/** While it is unpacked nobody else looks into a tree. */
const PRIVATE_MODE = 0o700;
/** The device that overlayfs takes for a file that is gone. */
const WHITEOUT_DEVICE = { major: 0, minor: 0 };
/** Mode of the root if the archive says nothing of it. */
const DEFAULT_ROOT_MODE = 0o755;

/** What {@linkcode unpack} needs to know besides the archive. */
export interface UnpackOptions {
  /** The directory that becomes the archive's root: empty, and not `O_PATH`. */
  readonly root: DirectoryFd;
  /** What messages call the archive: the path as the user gave it. */
  readonly label: string;
  /** Whether it may hold nothing, as layers do that change no file. */
  readonly emptiness: "refused" | "accepted";
}

/** What an archive leaves to others. */
export interface Unpacked {
  /** Directories, parents first, that it has files in but does not name. */
  readonly implied: readonly ByteString[];
  /** How much it holds: the bytes of its files and symbolic links. */
  readonly contentBytes: number;
}

/**
 * Unpacks a whole archive. Blocks; changes the process's umask meanwhile. If
 * it throws, what was unpacked so far is left for the caller to remove.
 *
 * @throws {IntegrityError} If the archive is malformed, empty or hostile.
 * @throws {HostError} If the host refuses something: no space, not root.
 */
export function unpack(reader: TarReader, options: UnpackOptions): Unpacked {
  const umask = syscall("umask", 0);
  try {
    using unpacker = new Unpacker(reader, options);
    return unpacker.run();
  } finally {
    syscall("umask", umask);
  }
}

class Unpacker implements Disposable {
  readonly #reader: TarReader;
  readonly #root: DirectoryFd;
  readonly #label: string;
  readonly #emptiness: UnpackOptions["emptiness"];
  readonly #rules: EntryRules;
  readonly #directories: Directories;
  /** Directories whose attributes wait, as entries within change them. */
  readonly #pending = new Map<ByteString, TarEntry>();
  /** What hides files of other layers; it never hides what this one has. */
  readonly #whiteouts: [TarEntry, Whiteout][] = [];
  readonly #ownUid = Deno.uid() ?? 0;
  readonly #ownGid = Deno.gid() ?? 0;

  constructor(reader: TarReader, { root, label, emptiness }: UnpackOptions) {
    this.#reader = reader;
    this.#root = root;
    this.#label = label;
    this.#emptiness = emptiness;
    this.#rules = new EntryRules(label);
    this.#directories = new Directories(root);
  }

  run(): Unpacked {
    this.#prepareRoot();
    let count = 0;
    let contentBytes = 0;
    for (
      let entry = this.#reader.next();
      entry !== undefined;
      entry = this.#reader.next()
    ) {
      endIfAsked();
      count++;
      contentBytes += contentBytesOf(entry);
      this.#attempt(entry, this.#add);
    }
    if (count === 0 && this.#emptiness === "refused") {
      throw new IntegrityError(
        `Cannot unpack "${this.#label}": the archive contains no files`,
      );
    }
    for (const [entry, whiteout] of this.#whiteouts) {
      this.#attempt(entry, () => this.#hide(entry, whiteout));
    }
    if (!this.#pending.has(ROOT_NAME)) fchmod(this.#root, DEFAULT_ROOT_MODE);
    for (const [, entry] of [...this.#pending].reverse()) {
      this.#attempt(entry, this.#finish);
    }
    const implied = [ROOT_NAME, ...this.#directories.made];
    return {
      implied: implied.filter((name) => !this.#pending.has(name)),
      contentBytes,
    };
  }

  [Symbol.dispose](): void {
    this.#directories[Symbol.dispose]();
  }

  /** New files would inherit a group or access list from it. */
  #prepareRoot(): void {
    fchown(this.#root, this.#ownUid, this.#ownGid);
    fchmod(this.#root, PRIVATE_MODE);
    try {
      fremovexattr(this.#root, "system.posix_acl_default");
    } catch (error) {
      if (!isSyscallError(error, "ENODATA", "EOPNOTSUPP")) throw error;
    }
  }

  #attempt(entry: TarEntry, action: (entry: TarEntry) => void): void {
    try {
      action.call(this, entry);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      throw new HostError(
        `Cannot unpack ${printable(entry.name)} from "${this.#label}": ` +
          `${error.call}: ${describeErrno(error.errno)}`,
        { cause: error },
      );
    }
  }

  #add(entry: TarEntry): void {
    const name = this.#rules.safeName(entry.name, entry);
    this.#rules.refuseOverlayMarks(entry);
    if (name === ROOT_NAME) {
      if (entry.type !== "directory") {
        throw this.#rules.refusal(entry, "the root can only be a directory");
      }
      return this.#defer(name, entry);
    }
    const whiteout = readWhiteout(lastComponent(name));
    if (whiteout !== undefined) {
      this.#whiteouts.push([entry, whiteout]);
      return;
    }
    try {
      this.#make(name, entry);
    } catch (error) {
      if (!isSyscallError(error, "EEXIST")) throw error;
      this.#replace(name, entry);
    }
  }

  #hide(entry: TarEntry, whiteout: Whiteout): void {
    if (whiteout.kind === "reserved") return;
    const name = this.#rules.safeName(entry.name, entry);
    const directory = this.#directoryOf(name, entry);
    if (whiteout.kind === "opaque") return markOpaque(directory, ".");
    const base = kernelPath(whiteout.base);
    try {
      mknodat(directory, base, S_IFCHR, WHITEOUT_DEVICE);
    } catch (error) {
      if (!isSyscallError(error, "EEXIST")) throw error;
      // The layer has something else of this name: of a directory, all that
      // it had before is gone.
      if (isDirectory(lstatat(directory, base))) markOpaque(directory, base);
    }
  }

  #make(name: ByteString, entry: TarEntry): void {
    const node = {
      directory: this.#directoryOf(name, entry),
      base: lastComponent(name),
      entry,
      isOwn: entry.uid === this.#ownUid && entry.gid === this.#ownGid,
    };
    switch (entry.type) {
      case "file":
        return makeFile(node, this.#reader);
      case "directory":
        mkdirat(
          node.directory,
          kernelPath(node.base),
          entry.mode & ACCESS_BITS,
        );
        return this.#defer(name, entry);
      case "hard-link":
        return this.#makeHardLink(name, entry);
      case "symbolic-link":
        this.#rules.assertLinkable(entry);
        return makeSymbolicLink(node);
      default:
        return makeSpecialFile(node, entry.type);
    }
  }

  /** Of two entries with one name the later wins; directories are merged. */
  #replace(name: ByteString, entry: TarEntry): void {
    const existing = this.#statusOf(name, entry);
    if (entry.type === "directory" && isDirectory(existing)) {
      return this.#defer(name, entry);
    }
    if (entry.type === "hard-link") {
      const target = this.#rules.safeName(entry.linkName, entry);
      if (isSameFile(existing, this.#statusOf(target, entry))) return;
    }
    const directory = this.#directoryOf(name, entry);
    removeTree(directory, kernelPath(lastComponent(name)));
    // What names lead to may be another place now.
    this.#directories.clear();
    this.#make(name, entry);
  }

  #makeHardLink(name: ByteString, entry: TarEntry): void {
    const target = this.#rules.safeName(entry.linkName, entry);
    // Made if missing, so that asking again below opens nothing.
    this.#directoryOf(name, entry);
    const from = this.#directoryOf(target, entry);
    const to = this.#directoryOf(name, entry);
    try {
      linkat(
        { directory: from, name: kernelPath(lastComponent(target)) },
        { directory: to, name: kernelPath(lastComponent(name)) },
      );
    } catch (error) {
      if (!isSyscallError(error, "ENOENT", "EPERM")) throw error;
      const reason = error.code === "ENOENT" ? "is not there" : "cannot be one";
      const quoted = printable(entry.linkName);
      throw this.#rules.refusal(
        entry,
        `its hard link target ${quoted} ${reason}`,
      );
    }
  }

  #defer(name: ByteString, entry: TarEntry): void {
    // A directory named again moves to the end of the map.
    this.#pending.delete(name);
    this.#pending.set(name, entry);
  }

  #finish(entry: TarEntry): void {
    const name = this.#rules.safeName(entry.name, entry);
    if (name === ROOT_NAME) return finishDirectory(this.#root, entry);
    try {
      using fd = openat(
        this.#directories.find(parentName(name)),
        kernelPath(lastComponent(name)),
        O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
      );
      finishDirectory(fd.number, entry);
    } catch (error) {
      // A later entry replaced it, or what it was in.
      if (!isSyscallError(error, "ENOENT", "ENOTDIR", "ELOOP")) throw error;
    }
  }

  #statusOf(name: ByteString, entry: TarEntry): FileStatus {
    return lstatat(
      this.#directoryOf(name, entry),
      kernelPath(lastComponent(name)),
    );
  }

  #directoryOf(name: ByteString, entry: TarEntry): DirectoryFd {
    try {
      return this.#directories.get(parentName(name));
    } catch (error) {
      if (!isSyscallError(error, "ENOENT", "ENOTDIR", "ELOOP")) throw error;
      const parent = printable(parentName(name));
      throw this.#rules.refusal(
        entry,
        `${parent} does not lead to a directory`,
      );
    }
  }
}

/** As they are on disk, where a symbolic link is as long as its target. */
function contentBytesOf({ type, sizeBytes, linkName }: TarEntry): number {
  if (type === "file") return sizeBytes;
  return type === "symbolic-link" ? linkName.length : 0;
}
