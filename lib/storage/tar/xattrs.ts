/**
 * Extended attributes of unpacked files.
 *
 * @module
 * @see xattr(7)
 * @see Linux Documentation/filesystems/overlayfs.rst, "User xattr"
 */
import {
  type DirectoryFd,
  type KernelPath,
  openat,
} from "../../../ffi/calls/file.ts";
import {
  fgetxattr,
  fgetxattrIfThere,
  flistxattr,
  fsetxattr,
  lsetxattr,
} from "../../../ffi/calls/xattr.ts";
import {
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import { type ByteString, byteString, kernelPath } from "./byte_string.ts";

/** Attributes by name. */
export type Xattrs = ReadonlyMap<ByteString, Uint8Array>;

/** By these overlayfs knows whiteouts, opaque and redirected directories. */
const OVERLAY_NAMESPACES = /^(?:trusted|user)\.overlay\./;

/** Without it a program loses rights it needs, so it is never left out. */
const CAPABILITY = "security.capability";

/** The first attribute that overlayfs would obey, `undefined` if none. */
export function findOverlayXattr(xattrs: Xattrs): ByteString | undefined {
  for (const name of xattrs.keys()) {
    if (OVERLAY_NAMESPACES.test(name)) return name;
  }
  return undefined;
}

/** What belongs to a file wherever it goes; the rest is the host's. */
const KEPT = /^(?:user\.|security\.capability$|system\.posix_acl_)/;

/** The attributes of an open file or directory that a copy of it has, too. */
export function keptXattrs(fd: number): Xattrs {
  const kept = new Map<ByteString, Uint8Array>();
  // Sorted: file systems list them in the order they were made.
  const names = listWhereSupported(fd)
    .map((bytes) => byteString(bytes, 0, bytes.length)).sort();
  for (const name of names) {
    if (!KEPT.test(name) || OVERLAY_NAMESPACES.test(name)) continue;
    kept.set(name, fgetxattr(fd, kernelPath(name)));
  }
  return kept;
}

function listWhereSupported(fd: number): Uint8Array[] {
  try {
    return flistxattr(fd);
  } catch (error) {
    if (isSyscallError(error, "EOPNOTSUPP")) return [];
    throw error;
  }
}

/** Sets the attributes of an open file or directory. */
export function setOpenXattrs(fd: number, xattrs: Xattrs): void {
  for (const [name, value] of xattrs) {
    whereSupported(name, () => fsetxattr(fd, kernelPath(name), value));
  }
}

/**
 * Sets the attributes of what must not be opened: a link, device or fifo. The
 * path leads through /proc, as no older kernel has the call by descriptor.
 *
 * @param base One component.
 */
export function setClosedXattrs(
  directory: DirectoryFd,
  base: ByteString,
  xattrs: Xattrs,
): void {
  const path = `/proc/self/fd/${directory}/${base}` as ByteString;
  for (const [name, value] of xattrs) {
    whereSupported(
      name,
      () => lsetxattr(kernelPath(path), kernelPath(name), value),
    );
  }
}

/**
 * By this overlayfs knows a directory that hides those of the layers below.
 *
 * @see Linux Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories"
 */
const OPAQUE_XATTR = "trusted.overlay.opaque";
/** The value of it. */
const OPAQUE_VALUE = new TextEncoder().encode("y");

/**
 * Makes a directory hide those of the layers below.
 *
 * @param base One component, or `.` for the directory itself.
 */
export function markOpaque(directory: DirectoryFd, base: KernelPath): void {
  using fd = openat(directory, base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  fsetxattr(fd.number, OPAQUE_XATTR, OPAQUE_VALUE);
}

/** Whether a directory hides those of the layers below. */
export function isOpaque(directory: number): boolean {
  // A longer value is none to the kernel either.
  const value = fgetxattrIfThere(directory, OPAQUE_XATTR, OPAQUE_VALUE.length);
  return value?.[0] === OPAQUE_VALUE[0];
}

/** File systems without a namespace of attributes do without, as in tar. */
function whereSupported(name: ByteString, set: () => void): void {
  try {
    set();
  } catch (error) {
    const isMissing = isSyscallError(error, "EOPNOTSUPP");
    if (!isMissing || name === CAPABILITY) throw error;
  }
}
