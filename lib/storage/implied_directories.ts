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
  futimens,
} from "../../ffi/calls/file.ts";
import { fstat } from "../../ffi/calls/stat.ts";
import {
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
} from "../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { openInRoot } from "../base/open_in_root.ts";
import {
  MergedDirectory,
  type MergedPath,
  openLayers,
} from "./merged_layers.ts";
import { type ByteString, kernelPath } from "./tar/byte_string.ts";
import { lastComponent, parentName, ROOT_NAME } from "./tar/names.ts";
import { keptXattrs, setOpenXattrs } from "./tar/xattrs.ts";
import { endIfAsked } from "./tidy_end.ts";

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
  using layers = openLayers(parents);
  const below = new PathsBelow(layers.root);
  // The last first: what is done in a directory changes its times.
  for (const name of [...implied].reverse()) {
    endIfAsked();
    using merged = new MergedDirectory(below.find(name));
    const { top } = merged;
    using directory = top && open(root, name);
    // It may have been replaced by a file later in the archive.
    if (top && directory) copyAttributes(top, directory);
  }
}

/**
 * Where the layers below have directories. Those above one are asked for
 * again and again, and an archive can nest them as deep as a name is long.
 */
class PathsBelow {
  readonly #known: Map<ByteString, MergedPath>;

  constructor(root: MergedPath) {
    this.#known = new Map([[ROOT_NAME, root]]);
  }

  find(name: ByteString): MergedPath {
    const missing: ByteString[] = [];
    let at = name;
    for (; !this.#known.has(at); at = parentName(at)) missing.push(at);
    let path = this.#get(at);
    for (const child of missing.reverse()) {
      path = childOf(path, lastComponent(child));
      this.#known.set(child, path);
    }
    return path;
  }

  #get(name: ByteString): MergedPath {
    const path = this.#known.get(name);
    if (path === undefined) throw new TypeError("It has just been found");
    return path;
  }
}

function childOf(path: MergedPath, base: ByteString): MergedPath {
  // What is in a directory that nobody has, nobody has either.
  if (path.layers.length === 0) return path;
  using directory = new MergedDirectory(path);
  return directory.child(base);
}

function open(root: DirectoryFd, name: ByteString): Fd | undefined {
  try {
    const path = name === ROOT_NAME ? "." : kernelPath(name);
    return openInRoot(root, path, OPEN_DIRECTORY);
  } catch (error) {
    if (isSyscallError(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
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
