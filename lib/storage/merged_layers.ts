/**
 * Layers as an overlay of them shows them, read without a mount. One of them
 * may change meanwhile, and whoever changes it may be hostile: no symbolic
 * link is followed. Directories are kept as paths, not as descriptors, of
 * which a process has fewer than a tree has levels.
 *
 * @module
 * @see Linux Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories"
 */
import { openat } from "../../ffi/calls/file.ts";
import {
  type FileStatus,
  isDirectory,
  lstatIfThere,
} from "../../ffi/calls/stat.ts";
import { openat2 } from "../../ffi/calls/openat2.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
} from "../../ffi/constants/fcntl.ts";
import {
  RESOLVE_BENEATH,
  RESOLVE_NO_SYMLINKS,
} from "../../ffi/constants/openat2.ts";
import { S_IFCHR, S_IFMT } from "../../ffi/constants/stat.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { listNames } from "../base/directory_names.ts";
import { type ByteString, byteString, kernelPath } from "./tar/byte_string.ts";
import { isOpaque } from "./tar/xattrs.ts";

const OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
/** The kernel takes no longer path at once. */
const MAX_PATH_BYTES = 4000;

/** A file in one of the layers. */
export interface LayerFile {
  /** The directory that it is in, open as long as the merged one. */
  readonly directory: Fd;
  readonly status: FileStatus;
}

/** Where a merged directory is. */
export interface MergedPath {
  /** Below the roots of the layers, ending with a slash unless it is empty. */
  readonly prefix: ByteString;
  /** The layers that have a part of it, the topmost first. */
  readonly layers: readonly Fd[];
}

/** Opened roots of layers. */
export interface LayerRoots extends Disposable {
  /** What an overlay of them has as its root. */
  readonly root: MergedPath;
}

/**
 * Opens layers. One that is missing has nothing in it.
 *
 * @param directories Absolute paths, the topmost first.
 */
export function openLayers(directories: readonly string[]): LayerRoots {
  using opened = new DisposableStack();
  const layers = directories.flatMap((path) => {
    const root = orGone(() => openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY));
    return root === undefined ? [] : [opened.use(root)];
  });
  const stack = opened.move();
  return {
    root: { prefix: "" as ByteString, layers },
    [Symbol.dispose]: () => stack[Symbol.dispose](),
  };
}

/** A directory that is open in each layer that has a part of it. */
export class MergedDirectory implements Disposable {
  readonly prefix: ByteString;
  /** The same order as of the layers. */
  readonly #parts: readonly { readonly layer: Fd; readonly fd: Fd }[];
  readonly #owner: DisposableStack;

  /** Opens a directory; layers in which it is gone by now are left out. */
  constructor({ prefix, layers }: MergedPath) {
    using owner = new DisposableStack();
    this.prefix = prefix;
    this.#parts = layers.flatMap((layer) => {
      const fd = openBelow(layer, prefix);
      return fd === undefined ? [] : [{ layer, fd: owner.use(fd) }];
    });
    this.#owner = owner.move();
  }

  /** Its topmost part, which has the attributes; `undefined` if it has none. */
  get top(): Fd | undefined {
    return this.#parts[0]?.fd;
  }

  /** What it has under a name; neither what is removed nor what is covered. */
  find(name: ByteString): LayerFile | undefined {
    for (const { fd } of this.#parts) {
      const status = tryStat(fd, name);
      if (status === undefined) continue;
      return isWhiteout(status) ? undefined : { directory: fd, status };
    }
    return undefined;
  }

  /** The directory under a name; without layers if there is none. */
  child(name: ByteString): MergedPath {
    const layers: Fd[] = [];
    for (const { layer, fd } of this.#parts) {
      const status = tryStat(fd, name);
      if (status === undefined) continue;
      // It hides what layers below have, a whiteout as well as a file.
      if (!isDirectory(status)) break;
      layers.push(layer);
      using part = tryOpen(fd.number, name);
      if (part !== undefined && isOpaque(part.number)) break;
    }
    return { prefix: `${this.prefix}${name}/` as ByteString, layers };
  }

  /** All names in it, in order. */
  names(): ByteString[] {
    const names = new Set<ByteString>();
    const whiteouts = new Set<ByteString>();
    for (const { fd } of this.#parts) {
      for (const name of namesIn(fd)) {
        if (names.has(name) || whiteouts.has(name)) continue;
        const status = tryStat(fd, name);
        if (status === undefined) continue;
        (isWhiteout(status) ? whiteouts : names).add(name);
      }
    }
    return [...names].sort();
  }

  [Symbol.dispose](): void {
    this.#owner[Symbol.dispose]();
  }
}

/** The names that one directory has, whiteouts included, in order. */
export function namesIn(directory: Fd): ByteString[] {
  // Again: what a descriptor has listed once, it does not list anew.
  using again = openat(directory.number, ".", OPEN_DIRECTORY);
  return listNames(again.number)
    .map((bytes) => byteString(bytes, 0, bytes.length)).sort();
}

/** A file of a directory, opened as itself; `undefined` if it is gone. */
export function openPath(directory: Fd, name: ByteString): Fd | undefined {
  return orGone(() =>
    openat(directory.number, kernelPath(name), O_PATH | O_NOFOLLOW)
  );
}

/**
 * Opens a directory of a layer.
 *
 * @param prefix As of {@linkcode MergedPath}.
 * @returns `undefined` if it is gone, or something else by now.
 */
export function openBelow(layer: Fd, prefix: ByteString): Fd | undefined {
  let directory: Fd | undefined;
  for (const part of piecesOf(prefix)) {
    using parent = directory;
    const from = parent ?? layer;
    directory = orGone(() =>
      openat2(from.number, kernelPath(part), {
        flags: OPEN_DIRECTORY,
        resolve: RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
      })
    );
    if (directory === undefined) return undefined;
  }
  return directory;
}

/** A path in pieces that the kernel takes. */
function* piecesOf(prefix: ByteString): Generator<ByteString> {
  if (prefix === "") return yield "." as ByteString;
  for (let start = 0; start < prefix.length;) {
    const end = prefix.length - start <= MAX_PATH_BYTES
      ? prefix.length
      : prefix.lastIndexOf("/", start + MAX_PATH_BYTES) + 1;
    yield prefix.slice(start, end) as ByteString;
    start = end;
  }
}

/** What a directory has under a name; `undefined` if nothing. */
export function tryStat(
  directory: Fd,
  name: ByteString,
): FileStatus | undefined {
  return lstatIfThere(directory.number, kernelPath(name));
}

/** Whether a file stands for one that has been removed. */
export function isWhiteout(status: FileStatus): boolean {
  return (status.mode & S_IFMT) === S_IFCHR && status.specialMajor === 0 &&
    status.specialMinor === 0;
}

function tryOpen(directory: number, name: ByteString): Fd | undefined {
  return orGone(() => openat(directory, kernelPath(name), OPEN_DIRECTORY));
}

function orGone<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (isSyscallError(error, "ENOENT", "ENOTDIR", "ELOOP", "ESTALE")) {
      return undefined;
    }
    throw error;
  }
}
