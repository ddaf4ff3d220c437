/**
 * Extended attributes: one system call a function, checked, no policy.
 *
 * @module
 * @see xattr(7)
 */
import { syscall, syscallUnless } from "../syscall.ts";
import { bytesOf, type KernelPath } from "./file.ts";

/** `fsetxattr(2)`: sets an attribute of an open file, which is not `O_PATH`. */
export function fsetxattr(
  fd: number,
  name: KernelPath,
  value: Uint8Array,
): void {
  syscall("fsetxattr", fd, bytesOf(name), value, value.length, 0);
}

/** `lsetxattr(2)`: sets an attribute of the path itself. */
export function lsetxattr(
  path: KernelPath,
  name: KernelPath,
  value: Uint8Array,
): void {
  syscall("lsetxattr", bytesOf(path), bytesOf(name), value, value.length, 0);
}

/** `fremovexattr(2)` */
export function fremovexattr(fd: number, name: KernelPath): void {
  syscall("fremovexattr", fd, bytesOf(name));
}

/** `lgetxattr(2)`: the value of an attribute of the path itself. */
export function lgetxattr(path: KernelPath, name: KernelPath): Uint8Array {
  const value = new Uint8Array(XATTR_SIZE_MAX);
  const length = syscall(
    "lgetxattr",
    bytesOf(path),
    bytesOf(name),
    value,
    value.length,
  );
  return value.slice(0, length);
}

/** `llistxattr(2)`: names of the attributes of the path itself, as bytes. */
export function llistxattr(path: KernelPath): Uint8Array[] {
  const list = new Uint8Array(XATTR_LIST_MAX);
  const length = syscall("llistxattr", bytesOf(path), list, list.length);
  return splitNames(list.subarray(0, length));
}

/** Names that each end with a NUL. */
function splitNames(list: Uint8Array): Uint8Array[] {
  const names: Uint8Array[] = [];
  for (let start = 0; start < list.length;) {
    const end = list.indexOf(0, start);
    names.push(list.slice(start, end));
    start = end + 1;
  }
  return names;
}

/**
 * `fgetxattr(2)`: the value of an attribute of an open file, if it has that and
 * the value is no longer than expected.
 */
export function fgetxattrIfThere(
  fd: number,
  name: KernelPath,
  maxBytes: number,
): Uint8Array | undefined {
  const value = new Uint8Array(maxBytes);
  const length = syscallUnless(
    ["ENODATA", "EOPNOTSUPP", "ERANGE"],
    "fgetxattr",
    fd,
    bytesOf(name),
    value,
    value.length,
  );
  return length === undefined ? undefined : value.subarray(0, length);
}

/** `fgetxattr(2)`: the value of an attribute of an open file. */
export function fgetxattr(fd: number, name: KernelPath): Uint8Array {
  const value = new Uint8Array(XATTR_SIZE_MAX);
  const length = syscall(
    "fgetxattr",
    fd,
    bytesOf(name),
    value,
    value.length,
  );
  return value.slice(0, length);
}

/** `flistxattr(2)`: names of the attributes of an open file, as bytes. */
export function flistxattr(fd: number): Uint8Array[] {
  // Most files have none, and asking for the length alone copies nothing.
  if (syscall("flistxattr", fd, null, 0) === 0) return [];
  const list = new Uint8Array(XATTR_LIST_MAX);
  const length = syscall("flistxattr", fd, list, list.length);
  return splitNames(list.subarray(0, length));
}

/** @see Linux include/uapi/linux/limits.h */
const XATTR_SIZE_MAX = 65536;
const XATTR_LIST_MAX = 65536;
