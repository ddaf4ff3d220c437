/**
 * Directories that a layer has files in but does not name. They hide those of
 * the layers below, so they get their owner, mode, attributes and times.
 *
 * @module
 */
import {
  type DirectoryFd,
  fchmod,
  fchown,
  fstat,
  futimens,
  lstatat,
  openat,
} from "../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
} from "../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { openInRoot } from "../base/open_in_root.ts";
import { type ByteString, kernelPath } from "./tar/byte_string.ts";
import { lastComponent, parentName } from "./tar/names.ts";
import { isOpaque, keptXattrs, setOpenXattrs } from "./tar/xattrs.ts";

const OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
const MODE_BITS = 0o7777;

/** A layer that has been unpacked. */
export interface ImpliedDirectories {
  readonly root: DirectoryFd;
  /** Names in the layer, parents first; the empty one is the root. */
  readonly implied: readonly ByteString[];
  /** Directories of the layers below it, the topmost first. */
  readonly parents: readonly string[];
}

/** Makes them like those of the layers below, if these have any. */
export function finishImplied(
  { root, implied, parents }: ImpliedDirectories,
): void {
  if (parents.length === 0) return;
  // The last first: what is done in a directory changes its times.
  for (const name of [...implied].reverse()) {
    using below = findBelow(parents, name);
    using directory = open(root, name);
    // It may have been replaced by a file later in the archive.
    if (below && directory) copyAttributes(below, directory);
  }
}

function findBelow(
  parents: readonly string[],
  name: ByteString,
): Fd | undefined {
  for (const parent of parents) {
    using root = openat(AT_FDCWD, parent, OPEN_DIRECTORY);
    const found = open(root.number, name);
    if (found !== undefined) return found;
    if (isCovered(root.number, name)) return undefined;
  }
  return undefined;
}

function open(root: DirectoryFd, name: ByteString): Fd | undefined {
  try {
    const path = name === "" ? "." : kernelPath(name);
    return openInRoot(root, path, OPEN_DIRECTORY);
  } catch (error) {
    if (isSyscallError(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
    throw error;
  }
}

/** Whether something of this layer hides the name in the layers below. */
function isCovered(root: DirectoryFd, name: ByteString): boolean {
  using parent = name === "" ? undefined : open(root, parentName(name));
  if (parent === undefined) {
    return name !== "" && isCovered(root, parentName(name));
  }
  return isOpaque(parent.number) || exists(parent.number, lastComponent(name));
}

function exists(directory: DirectoryFd, base: ByteString): boolean {
  try {
    lstatat(directory, kernelPath(base));
    return true;
  } catch (error) {
    if (isSyscallError(error, "ENOENT")) return false;
    throw error;
  }
}

function copyAttributes(from: Fd, to: Fd): void {
  const { uid, gid, mode, modified } = fstat(from.number);
  fchown(to.number, uid, gid);
  fchmod(to.number, mode & MODE_BITS);
  setOpenXattrs(to.number, keptXattrs(from.number));
  futimens(to.number, modified);
}
