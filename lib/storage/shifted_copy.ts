/**
 * Copies a tree of files with the ids of their owners moved. Everything else is
 * as it was: links between files, attributes, times, holes.
 *
 * @module
 */
import {
  type DirectoryFd,
  fchmod,
  fchmodat,
  fchown,
  ftruncate,
  futimens,
  lchownat,
  linkat,
  lseek,
  lutimensat,
  mkdirat,
  mknodat,
  openat,
  readlinkat,
  symlinkat,
} from "../../ffi/calls/file.ts";
import {
  type FileStatus,
  fstat,
  isDirectory,
  lstatat,
} from "../../ffi/calls/stat.ts";
import { lgetxattr, llistxattr } from "../../ffi/calls/xattr.ts";
import { ERRNO } from "../../ffi/constants/errno.ts";
import {
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_WRONLY,
} from "../../ffi/constants/fcntl.ts";
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../../ffi/constants/stat.ts";
import { isSyscallError, SyscallError } from "../../ffi/errno.ts";
import { syscall, trySyscall } from "../../ffi/syscall.ts";
import { listNames } from "../base/directory_names.ts";
import { type OwnerMappings, shiftId, shiftXattr } from "./owner_shift.ts";
import { type ByteString, byteString, kernelPath } from "./tar/byte_string.ts";
import { setClosedXattrs, setOpenXattrs, type Xattrs } from "./tar/xattrs.ts";

const ACCESS_BITS = 0o777;
const MODE_BITS = 0o7777;
const SEEK_DATA = 3;
const SEEK_HOLE = 4;

/**
 * Copies what is in a directory, and the directory's own attributes. Blocks;
 * changes the process's umask meanwhile.
 *
 * @param source An open directory, not `O_PATH`.
 * @param target An open empty directory, not `O_PATH`.
 * @throws {SyscallError} If the host refuses something: no space.
 */
export function copyShifted(
  source: DirectoryFd,
  target: DirectoryFd,
  mappings: OwnerMappings,
): void {
  const umask = syscall("umask", 0);
  try {
    new ShiftedCopy(target, mappings).copyRoot(source);
  } finally {
    syscall("umask", umask);
  }
}

/** A directory on both sides. */
interface Directories {
  readonly source: DirectoryFd;
  readonly target: DirectoryFd;
  /** Its path below the root, ending with a slash unless it is the root. */
  readonly path: string;
}

/** A file on both sides. */
interface Node extends Directories {
  readonly name: ByteString;
  readonly status: FileStatus;
}

class ShiftedCopy {
  readonly #root: DirectoryFd;
  readonly #mappings: OwnerMappings;
  /** Where the first of several links to a file has been copied to. */
  readonly #linked = new Map<string, ByteString>();

  constructor(root: DirectoryFd, mappings: OwnerMappings) {
    this.#root = root;
    this.#mappings = mappings;
  }

  copyRoot(source: DirectoryFd): void {
    this.#copyContents({ source, target: this.#root, path: "" });
    this.#finish(this.#root, fstat(source), this.#xattrs(`${source}`));
  }

  #copyContents(directories: Directories): void {
    for (const bytes of listNames(directories.source)) {
      const name = byteString(bytes, 0, bytes.length);
      const status = statListed(directories.source, bytes);
      if (status) this.#copy({ ...directories, name, status });
    }
  }

  #copy(node: Node): void {
    if (this.#copyLink(node)) return;
    switch (node.status.mode & S_IFMT) {
      case S_IFDIR:
        return this.#copyDirectory(node);
      case S_IFREG:
        return this.#copyFile(node);
      case S_IFLNK:
        return this.#copySymbolicLink(node);
      default:
        return this.#copySpecialFile(node);
    }
  }

  /** Whether the file has been copied under another name. */
  #copyLink({ target, path, name, status }: Node): boolean {
    if (status.linkCount < 2 || isDirectory(status)) return false;
    const { deviceMajor, deviceMinor, inode } = status;
    const key = `${deviceMajor}:${deviceMinor}:${inode}`;
    const first = this.#linked.get(key);
    if (first === undefined) {
      this.#linked.set(key, `${path}${name}` as ByteString);
      return false;
    }
    linkat(
      { directory: this.#root, name: kernelPath(first) },
      { directory: target, name: kernelPath(name) },
    );
    return true;
  }

  #copyDirectory(node: Node): void {
    const name = kernelPath(node.name);
    const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
    mkdirat(node.target, name, node.status.mode & ACCESS_BITS);
    using source = openat(node.source, name, flags);
    using target = openat(node.target, name, flags);
    this.#copyContents({
      source: source.number,
      target: target.number,
      path: `${node.path}${node.name}/`,
    });
    this.#finish(target.number, node.status, this.#xattrsOf(node));
  }

  #copyFile(node: Node): void {
    const name = kernelPath(node.name);
    using source = openat(node.source, name, O_RDONLY | O_NOFOLLOW);
    using target = openat(
      node.target,
      name,
      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
      node.status.mode & ACCESS_BITS,
    );
    copyContent(source.number, target.number, node.status.sizeBytes);
    this.#finish(target.number, node.status, this.#xattrsOf(node));
  }

  #copySymbolicLink(node: Node): void {
    const name = kernelPath(node.name);
    symlinkat(readlinkat(node.source, name), node.target, name);
    this.#finishClosed(node);
  }

  #copySpecialFile(node: Node): void {
    const { mode, specialMajor: major, specialMinor: minor } = node.status;
    const name = kernelPath(node.name);
    const kind = mode & (S_IFMT | ACCESS_BITS);
    mknodat(node.target, name, kind, { major, minor });
    this.#finishClosed(
      node,
      () => fchmodat(node.target, name, mode & MODE_BITS),
    );
  }

  /** A change of owner clears bits and attributes; each change sets the time. */
  #finish(fd: number, status: FileStatus, xattrs: Xattrs): void {
    fchown(fd, ...this.#owner(status));
    fchmod(fd, status.mode & MODE_BITS);
    if (xattrs.size > 0) setOpenXattrs(fd, xattrs);
    futimens(fd, status.modified);
  }

  /** Like {@linkcode #finish}, for what must not be opened. */
  #finishClosed(node: Node, changeMode: () => void = (): void => {}): void {
    const { target, name, status } = node;
    const path = kernelPath(name);
    lchownat(target, path, ...this.#owner(status));
    changeMode();
    const xattrs = this.#xattrsOf(node);
    if (xattrs.size > 0) setClosedXattrs(target, name, xattrs);
    lutimensat(target, path, status.modified);
  }

  #owner({ uid, gid }: FileStatus): [uid: number, gid: number] {
    const { uid: uids, gid: gids } = this.#mappings;
    return [shiftId(uids, uid), shiftId(gids, gid)];
  }

  #xattrsOf({ source, name }: Node): Xattrs {
    return this.#xattrs(`${source}/${name}`);
  }

  /** @param place Descriptor, or descriptor and name, below /proc/self/fd. */
  #xattrs(place: string): Xattrs {
    // Without a name it is the directory itself that the link leads to.
    const end = place.includes("/") ? "" : "/.";
    const path = kernelPath(`/proc/self/fd/${place}${end}` as ByteString);
    return new Map(
      llistxattr(path).map((bytes) => {
        const name = byteString(bytes, 0, bytes.length);
        const value = lgetxattr(path, bytes);
        return [name, shiftXattr(name, value, this.#mappings)];
      }),
    );
  }
}

/**
 * What a directory has listed. Where only one layer has a directory, an overlay
 * lists what that layer says to be gone, and has nothing under such a name.
 */
function statListed(
  directory: DirectoryFd,
  name: Uint8Array,
): FileStatus | undefined {
  try {
    return lstatat(directory, name);
  } catch (error) {
    if (isSyscallError(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Copies what is no hole, by the file system itself where it can share. */
function copyContent(source: number, target: number, sizeBytes: number): void {
  for (let offset = 0; offset < sizeBytes;) {
    const start = trySyscall("lseek", source, offset, SEEK_DATA);
    // ENXIO: nothing but a hole is left.
    if (start === -ERRNO.ENXIO) break;
    if (start < 0) throw new SyscallError("lseek", -start);
    const end = syscall("lseek", source, start, SEEK_HOLE);
    lseek(source, start);
    lseek(target, start);
    copyExtent(source, target, end - start);
    offset = end;
  }
  ftruncate(target, sizeBytes);
}

function copyExtent(source: number, target: number, length: number): void {
  for (let left = length; left > 0;) {
    const count = copyPiece(source, target, left);
    if (count === 0) return;
    left -= count;
  }
}

function copyPiece(source: number, target: number, length: number): number {
  const count = trySyscall(
    "copy_file_range",
    source,
    null,
    target,
    null,
    length,
    0,
  );
  // EXDEV, EINVAL and others: these file systems cannot, not between them.
  return count >= 0 ? count : syscall("sendfile", target, source, null, length);
}
