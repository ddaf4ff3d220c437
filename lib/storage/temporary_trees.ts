/**
 * Trees that are being unpacked, and those whose unpacking was killed. On the
 * start path: no heavy import.
 *
 * @module
 */
import { openat } from "../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
} from "../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { HostPaths } from "../base/host_paths.ts";
import { namesIn } from "../base/names_in.ts";
import { removePath } from "../base/remove_tree.ts";
import { isNamed, tryLock } from "./file_lock.ts";

/** What the name of a tree begins with until it is whole. */
export const TEMPORARY_PREFIX = ".tmp-";

/**
 * Removes what processes left that were killed while they unpacked. A tree
 * that is being unpacked is locked.
 */
export function sweepTemporaryTrees(
  { layers }: Pick<HostPaths, "layers">,
): void {
  for (const name of listTemporary(layers)) {
    const path = `${layers}/${name}`;
    try {
      using root = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
      // Its name may have changed to a real one since we read it.
      if (tryLock(root) && isNamed(root, path)) removePath(path);
    } catch (error) {
      // Another process swept it.
      if (!isSyscallError(error, "ENOENT")) throw error;
    }
  }
}

function listTemporary(layers: string): string[] {
  return namesIn(layers).filter((name) => name.startsWith(TEMPORARY_PREFIX));
}
