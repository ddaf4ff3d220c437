/**
 * How much an unpacked layer holds. It is written down in an attribute of the
 * layer's directory when the layer is unpacked, so that it comes and goes with
 * it, and listing images reads no tree of files.
 *
 * @module
 */
import { lgetxattr, lsetxattr } from "../../ffi/calls/xattr.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { DiskMeter } from "./disk_usage.ts";

/** Only root sees it; an overlay does not show it, as its root is another. */
const ATTRIBUTE = "trusted.tsdocker.bytes";

/** Writes down how much a layer holds; `root` is its directory. */
export function noteLayerSize(root: Fd, bytes: number): void {
  // A descriptor's link in /proc is the directory itself with this ending.
  note(`${root.path}/.`, bytes);
}

/**
 * How much a layer holds: the bytes of its files and symbolic links.
 *
 * @param directory Absolute path.
 * @returns `undefined` if it is not there.
 */
export function layerSize(directory: string): number | undefined {
  try {
    return Number(new TextDecoder().decode(lgetxattr(directory, ATTRIBUTE)));
  } catch (error) {
    if (isSyscallError(error, "ENOENT")) return undefined;
    if (!isSyscallError(error, "ENODATA", "EOPNOTSUPP")) throw error;
  }
  // Unpacked by an earlier version: the next time, it is known.
  const bytes = new DiskMeter("contents").measure(directory);
  note(directory, bytes);
  return bytes;
}

function note(path: string, bytes: number): void {
  try {
    lsetxattr(path, ATTRIBUTE, new TextEncoder().encode(String(bytes)));
  } catch (error) {
    // What is not written down is measured each time.
    if (!isSyscallError(error, "EOPNOTSUPP", "ENOENT", "EPERM")) throw error;
  }
}
