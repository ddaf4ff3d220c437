/**
 * System calls on files and directories, each relative to a directory
 * descriptor: one call a function, checked, typed, no policy. All of them
 * block and run on the calling thread.
 *
 * @module
 */
import {
  AT_FDCWD,
  AT_REMOVEDIR,
  AT_SYMLINK_FOLLOW,
  AT_SYMLINK_NOFOLLOW,
  O_CLOEXEC,
} from "../constants/fcntl.ts";
import { UTIME_OMIT } from "../constants/stat.ts";
import { LITTLE_ENDIAN } from "../endian.ts";
import { Fd } from "../fd.ts";
import type { Memory } from "../memory.ts";
import { syscall, syscallUnless } from "../syscall.ts";

/**
 * A path for the kernel: text, encoded as UTF-8, or the bytes themselves
 * without the NUL. Linux file names are bytes, and need not be text.
 */
export type KernelPath = string | Uint8Array;

/** A descriptor number of a directory that the caller keeps open. */
export type DirectoryFd = number;

/** A point in time as the kernel keeps it. */
export interface Timespec {
  /** Seconds since 1970, negative before. */
  readonly seconds: number;
  /** Nanoseconds to add, 0 to 999,999,999. */
  readonly nanoseconds: number;
}

/** `openat(2)`, always close-on-exec. */
export function openat(
  directory: DirectoryFd,
  path: KernelPath,
  flags: number,
  mode = 0,
): Fd {
  return new Fd(
    syscall("openat", directory, bytesOf(path), flags | O_CLOEXEC, mode),
  );
}

/** As {@linkcode openat}, but `undefined` if there is no such name. */
export function openatIfThere(
  directory: DirectoryFd,
  path: KernelPath,
  flags: number,
): Fd | undefined {
  const number = syscallUnless(
    ["ENOENT"],
    "openat",
    directory,
    bytesOf(path),
    flags | O_CLOEXEC,
    0,
  );
  return number === undefined ? undefined : new Fd(number);
}

/** `mkdirat(2)` */
export function mkdirat(
  directory: DirectoryFd,
  path: KernelPath,
  mode: number,
): void {
  syscall("mkdirat", directory, bytesOf(path), mode);
}

/** A device's two numbers. */
export interface DeviceNumber {
  readonly major: number;
  readonly minor: number;
}

/**
 * `mknodat(2)`
 *
 * @param mode Type (`S_IFCHR`, `S_IFBLK`, `S_IFIFO`) and permission bits.
 * @param device Ignored by the kernel unless the type is a device.
 */
export function mknodat(
  directory: DirectoryFd,
  path: KernelPath,
  mode: number,
  device: DeviceNumber,
): void {
  syscall("mknodat", directory, bytesOf(path), mode, encodeDevice(device));
}

/**
 * The number the kernel takes for a device; 12 bits of major, 20 of minor.
 *
 * @see Linux include/linux/kdev_t.h, `new_encode_dev()`
 */
export function encodeDevice({ major, minor }: DeviceNumber): number {
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

/** `symlinkat(2)`: makes `path` a symbolic link that says `target`. */
export function symlinkat(
  target: KernelPath,
  directory: DirectoryFd,
  path: KernelPath,
): void {
  syscall("symlinkat", bytesOf(target), directory, bytesOf(path));
}

/** `readlinkat(2)`: what a symbolic link says, at most 4096 bytes of it. */
export function readlinkat(
  directory: DirectoryFd,
  path: KernelPath,
): Uint8Array {
  const PATH_MAX = 4096;
  const target = new Uint8Array(PATH_MAX);
  const length = syscall(
    "readlinkat",
    directory,
    bytesOf(path),
    target,
    target.length,
  );
  return target.subarray(0, length);
}

/** A name in a directory. */
export interface Place {
  readonly directory: DirectoryFd;
  readonly name: KernelPath;
}

/** `linkat(2)` without following symbolic links in the last component. */
export function linkat(from: Place, to: Place): void {
  syscall(
    "linkat",
    from.directory,
    bytesOf(from.name),
    to.directory,
    bytesOf(to.name),
    0,
  );
}

/** `linkat(2)` of an open file, which may have had no name so far. */
export function linkOpenFile(file: Fd, to: Place): void {
  const from = bytesOf(file.path);
  const { directory } = to;
  const name = bytesOf(to.name);
  syscall("linkat", AT_FDCWD, from, directory, name, AT_SYMLINK_FOLLOW);
}

/** `renameat2(2)` with `RENAME_NOREPLACE`: `EEXIST` if the name is taken. */
export function renameNoReplace(from: Place, to: Place): void {
  const RENAME_NOREPLACE = 0x1;
  syscall(
    "renameat2",
    from.directory,
    bytesOf(from.name),
    to.directory,
    bytesOf(to.name),
    RENAME_NOREPLACE,
  );
}

/** `unlinkat(2)`: removes anything but a directory. */
export function unlinkat(directory: DirectoryFd, path: KernelPath): void {
  syscall("unlinkat", directory, bytesOf(path), 0);
}

/** `unlinkat(2)` with `AT_REMOVEDIR`: removes an empty directory. */
export function rmdirat(directory: DirectoryFd, path: KernelPath): void {
  syscall("unlinkat", directory, bytesOf(path), AT_REMOVEDIR);
}

/** `fchownat(2)` of the name itself, were it a symbolic link. */
export function lchownat(
  directory: DirectoryFd,
  path: KernelPath,
  uid: number,
  gid: number,
): void {
  const name = bytesOf(path);
  syscall("fchownat", directory, name, uid, gid, AT_SYMLINK_NOFOLLOW);
}

/** `fchown(2)` */
export function fchown(fd: number, uid: number, gid: number): void {
  syscall("fchown", fd, uid, gid);
}

/** `fchmod(2)` */
export function fchmod(fd: number, mode: number): void {
  syscall("fchmod", fd, mode);
}

/** `fchmodat(2)`, which follows a symbolic link: only for what is none. */
export function fchmodat(
  directory: DirectoryFd,
  path: KernelPath,
  mode: number,
): void {
  syscall("fchmodat", directory, bytesOf(path), mode);
}

/** `utimensat(2)` of the name itself: sets when it was modified. */
export function lutimensat(
  directory: DirectoryFd,
  path: KernelPath,
  modified: Timespec,
): void {
  const times = encodeTimes(modified);
  syscall("utimensat", directory, bytesOf(path), times, AT_SYMLINK_NOFOLLOW);
}

/** `futimens(3)`: sets when an open file was modified. */
export function futimens(fd: number, modified: Timespec): void {
  syscall("utimensat", fd, null, encodeTimes(modified), 0);
}

/** `ftruncate(2)`: sets a file's size, with a hole where it grows. */
export function ftruncate(fd: number, sizeBytes: number): void {
  syscall("ftruncate", fd, sizeBytes);
}

/** `lseek(2)` with `SEEK_SET` */
export function lseek(fd: number, offset: number): void {
  const SEEK_SET = 0;
  syscall("lseek", fd, offset, SEEK_SET);
}

/** A stretch of native memory. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** `read(2)` into native memory; 0 at the end of the file. */
export function read(fd: number, memory: Memory, extent: Extent): number {
  const { address, length } = inside(memory, extent);
  return syscall("read", fd, address, length);
}

/** `write(2)` from native memory; may write less than asked. */
export function write(fd: number, memory: Memory, extent: Extent): number {
  const { address, length } = inside(memory, extent);
  return syscall("write", fd, address, length);
}

/** `pwrite(2)`: as {@linkcode write}, to a place in the file. */
export function pwrite(
  fd: number,
  memory: Memory,
  { at, ...extent }: Extent & { readonly at: number },
): number {
  const { address, length } = inside(memory, extent);
  return syscall("pwrite64", fd, address, length, at);
}

/** Two `struct timespec`: access, left alone, and modification. */
function encodeTimes({ seconds, nanoseconds }: Timespec): Uint8Array {
  const TIMESPEC_BYTES = 16;
  const bytes = new Uint8Array(2 * TIMESPEC_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, UTIME_OMIT, LITTLE_ENDIAN);
  view.setBigInt64(TIMESPEC_BYTES, BigInt(seconds), LITTLE_ENDIAN);
  view.setUint32(TIMESPEC_BYTES + 8, nanoseconds, LITTLE_ENDIAN);
  return bytes;
}

function inside(
  memory: Memory,
  { offset, length }: Extent,
): { address: number; length: number } {
  if (offset < 0 || length < 0 || offset + length > memory.bytes.length) {
    throw new RangeError(`[${offset}, +${length}) is outside of the memory`);
  }
  return { address: memory.address + offset, length };
}

/** Text as it is, bytes with the NUL that ends them for the kernel. */
export function bytesOf(path: KernelPath): KernelPath {
  if (typeof path === "string") return path;
  if (path.includes(0)) {
    throw new TypeError("A path for the kernel holds a NUL");
  }
  const terminated = new Uint8Array(path.length + 1);
  terminated.set(path);
  return terminated;
}
