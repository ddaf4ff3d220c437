/**
 * Whether owners of files can be mapped while mounting, as the layers of a
 * container with a user namespace want it.
 *
 * @module
 * @see mount_setattr(2), "ID-mapped mounts"
 */
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  O_CLOEXEC,
} from "../../ffi/constants/fcntl.ts";
import { MOUNT_ATTR as FLAGS, OPEN_TREE } from "../../ffi/constants/mount.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import { Fd } from "../../ffi/fd.ts";
import { MOUNT_ATTR } from "../../ffi/structs.ts";
import { syscall } from "../../ffi/syscall.ts";
import { isKernelAtLeast, parseKernel } from "../base/kernel_version.ts";

/** Before it an overlay refuses layers on such mounts. */
const OVERLAY_SINCE = "5.19";

/**
 * Whether an overlay can be made of directories with their owners mapped. It is
 * tried on a copy of each mount that is attached nowhere.
 *
 * @param userns A user namespace with the ids.
 * @param release Version of the kernel, such as `6.1.0-13-amd64`.
 * @throws {SyscallError} If a directory cannot be opened.
 */
export function canMapOwners(
  directories: readonly string[],
  userns: Fd,
  release: string = Deno.osRelease(),
): boolean {
  return hasMappedOverlays(release) &&
    directories.every((directory) => canMapMount(directory, userns));
}

/**
 * Whether overlays of a kernel take layers on id-mapped mounts.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(hasMappedOverlays("5.19.0"));
 * assert.ok(!hasMappedOverlays("5.15.0-91-generic"));
 * ```
 */
export function hasMappedOverlays(release: string): boolean {
  return isKernelAtLeast(parseKernel(release), OVERLAY_SINCE);
}

function canMapMount(directory: string, userns: Fd): boolean {
  try {
    const flags = OPEN_TREE.OPEN_TREE_CLONE | O_CLOEXEC;
    using tree = new Fd(syscall("open_tree", AT_FDCWD, directory, flags));
    const attributes = MOUNT_ATTR.encode({
      attr_set: BigInt(FLAGS.MOUNT_ATTR_IDMAP),
      userns_fd: BigInt(userns.number),
    });
    syscall(
      "mount_setattr",
      tree.number,
      "",
      AT_EMPTY_PATH,
      attributes,
      attributes.length,
    );
    return true;
  } catch (error) {
    // What kernels and file systems say that cannot.
    const isRefusal = isSyscallError(
      error,
      "ENOSYS",
      "EINVAL",
      "EPERM",
      "EOPNOTSUPP",
    );
    if (isRefusal) return false;
    throw error;
  }
}
