/**
 * What the kernel tells about files: statx(2), checked, typed, no policy. It
 * blocks and runs on the calling thread. `Deno.statSync()` makes dates, which
 * a start that needs none would pay for.
 *
 * @module
 * @see statx(2)
 */
import { AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW } from "../constants/fcntl.ts";
import {
  S_IFDIR,
  S_IFMT,
  STATX_BASIC_STATS,
  STATX_BYTES,
  STATX_LAYOUT,
} from "../constants/stat.ts";
import { LITTLE_ENDIAN } from "../endian.ts";
import { syscall, syscallUnless } from "../syscall.ts";
import {
  bytesOf,
  type DirectoryFd,
  type KernelPath,
  type Timespec,
} from "./file.ts";

/** What `statx(2)` tells about a file. */
export interface FileStatus {
  /** `S_IFMT` type and permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly linkCount: number;
  readonly inode: bigint;
  readonly sizeBytes: number;
  /** Allocated blocks of 512 bytes. */
  readonly blocks: number;
  readonly modified: Timespec;
  readonly changed: Timespec;
  /** Major number of the device that holds the file. */
  readonly deviceMajor: number;
  /** Minor number of the device that holds the file. */
  readonly deviceMinor: number;
  /** Major number of the device this file is, for device nodes. */
  readonly specialMajor: number;
  /** Minor number of the device this file is, for device nodes. */
  readonly specialMinor: number;
}

/** Whether it is of a directory. */
export function isDirectory({ mode }: Pick<FileStatus, "mode">): boolean {
  return (mode & S_IFMT) === S_IFDIR;
}

/** Whether two are of one and the same file. */
export function isSameFile(one: FileStatus, other: FileStatus): boolean {
  return one.inode === other.inode && one.deviceMajor === other.deviceMajor &&
    one.deviceMinor === other.deviceMinor;
}

/** `statx(2)` of a name, not following it were it a symbolic link. */
export function lstatat(directory: DirectoryFd, path: KernelPath): FileStatus {
  return statx(directory, path, AT_SYMLINK_NOFOLLOW);
}

/**
 * As {@linkcode lstatat}, but `undefined` if there is no such name, or nothing
 * that could have names.
 */
export function lstatIfThere(
  directory: DirectoryFd,
  path: KernelPath,
): FileStatus | undefined {
  return statxIfThere(directory, path, AT_SYMLINK_NOFOLLOW);
}

/** `statx(2)` of a path, following symbolic links. */
export function statat(directory: DirectoryFd, path: KernelPath): FileStatus {
  return statx(directory, path, 0);
}

/** As {@linkcode statat}, but `undefined` if the path leads to nothing. */
export function statIfThere(
  directory: DirectoryFd,
  path: KernelPath,
): FileStatus | undefined {
  return statxIfThere(directory, path, 0);
}

/** `statx(2)` of an open file, which may be an `O_PATH` one. */
export function fstat(fd: number): FileStatus {
  return statx(fd, "", AT_EMPTY_PATH);
}

function statx(
  directory: DirectoryFd,
  path: KernelPath,
  flags: number,
): FileStatus {
  const bytes = new Uint8Array(STATX_BYTES);
  syscall("statx", directory, bytesOf(path), flags, STATX_BASIC_STATS, bytes);
  return decodeStatus(bytes);
}

function statxIfThere(
  directory: DirectoryFd,
  path: KernelPath,
  flags: number,
): FileStatus | undefined {
  const bytes = new Uint8Array(STATX_BYTES);
  const result = syscallUnless(
    ["ENOENT", "ENOTDIR", "ELOOP", "ESTALE"],
    "statx",
    directory,
    bytesOf(path),
    flags,
    STATX_BASIC_STATS,
    bytes,
  );
  return result === undefined ? undefined : decodeStatus(bytes);
}

function decodeStatus(bytes: Uint8Array<ArrayBuffer>): FileStatus {
  const view = new DataView(bytes.buffer);
  const at = STATX_LAYOUT;
  return {
    mode: view.getUint16(at.stx_mode, LITTLE_ENDIAN),
    uid: view.getUint32(at.stx_uid, LITTLE_ENDIAN),
    gid: view.getUint32(at.stx_gid, LITTLE_ENDIAN),
    linkCount: view.getUint32(at.stx_nlink, LITTLE_ENDIAN),
    inode: view.getBigUint64(at.stx_ino, LITTLE_ENDIAN),
    sizeBytes: getInteger(view, at.stx_size),
    blocks: getInteger(view, at.stx_blocks),
    modified: timespec(view, at.stx_mtime),
    changed: timespec(view, at.stx_ctime),
    deviceMajor: view.getUint32(at.stx_dev_major, LITTLE_ENDIAN),
    deviceMinor: view.getUint32(at.stx_dev_minor, LITTLE_ENDIAN),
    specialMajor: view.getUint32(at.stx_rdev_major, LITTLE_ENDIAN),
    specialMinor: view.getUint32(at.stx_rdev_minor, LITTLE_ENDIAN),
  };
}

function timespec(view: DataView, offset: number): Timespec {
  return {
    seconds: getInteger(view, offset),
    nanoseconds: view.getUint32(offset + 8, LITTLE_ENDIAN),
  };
}

/** A number of 64 bits and either sign, without a large integer on the way. */
function getInteger(view: DataView, offset: number): number {
  return view.getInt32(offset + 4, LITTLE_ENDIAN) * 2 ** 32 +
    view.getUint32(offset, LITTLE_ENDIAN);
}
