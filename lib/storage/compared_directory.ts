/**
 * A directory of a container's own layer beside what its image has there: what
 * the changes of a container are found by.
 *
 * @module
 * @see Linux Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories"
 */
import { type FileStatus, isDirectory } from "../../ffi/calls/stat.ts";
import type { Fd } from "../../ffi/fd.ts";
import {
  isWhiteout,
  MergedDirectory,
  type MergedPath,
  namesIn,
  openBelow,
  openLayers,
  tryStat,
} from "./merged_layers.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ByteString } from "./tar/byte_string.ts";
import { isOpaque } from "./tar/xattrs.ts";

/** A directory that a container's layer has. */
export interface ComparedPath {
  /** The root of the container's layer. */
  readonly upper: Fd;
  /** The same directory in the image. */
  readonly image: MergedPath;
  /** Whether a directory above hides all that the image has. */
  readonly isHidden: boolean;
}

/** A file of the container's layer. */
export interface ComparedFile {
  readonly name: ByteString;
  readonly status: FileStatus;
  /** Whether it only says that the image's file has been removed. */
  readonly isRemoval: boolean;
  /** What the image has in its place. */
  readonly original: FileStatus | undefined;
  /** The directory that it is; `undefined` if it is none. */
  readonly path: ComparedPath | undefined;
}

/** What is in a directory of the container's layer. */
export interface ComparedDirectory {
  /** In the order of their names. */
  readonly files: readonly ComparedFile[];
  /** Files of the image that it hides without saying so of each. */
  readonly hidden: readonly ByteString[];
  /** Whether it begins anew, and none above it does. */
  readonly isNew: boolean;
}

/** The layers of a snapshot, opened to be compared. */
export interface ComparedLayers extends Disposable {
  readonly root: ComparedPath;
}

/**
 * Opens the layers of a snapshot.
 *
 * @throws {SyscallError} If the container's own one cannot be opened.
 */
export function compareLayers(
  { upper, lower }: Pick<Snapshot, "upper" | "lower">,
): ComparedLayers {
  using opened = new DisposableStack();
  const [own] = opened.use(openLayers([upper])).root.layers;
  if (own === undefined) {
    throw new Deno.errors.NotFound(`The layer "${upper}" is gone`);
  }
  const { root: image } = opened.use(openLayers(lower));
  const stack = opened.move();
  return {
    root: { upper: own, image, isHidden: false },
    [Symbol.dispose]: () => stack[Symbol.dispose](),
  };
}

/**
 * Compares a directory. Nothing stays open.
 *
 * @returns `undefined` if the container has removed it just now.
 */
export function compareDirectory(
  { upper, image, isHidden }: ComparedPath,
): ComparedDirectory | undefined {
  using own = openBelow(upper, image.prefix);
  if (own === undefined) return undefined;
  using below = new MergedDirectory(image);
  const hides = isHidden || isOpaque(own.number);
  const files = namesIn(own).flatMap((name): ComparedFile[] => {
    const status = tryStat(own, name);
    if (status === undefined) return [];
    return [{
      name,
      status,
      isRemoval: isWhiteout(status),
      original: below.find(name)?.status,
      path: isDirectory(status)
        ? { upper, image: below.child(name), isHidden: hides }
        : undefined,
    }];
  });
  if (!hides) return { files, hidden: [], isNew: false };
  const kept = new Set(files.map(({ name }) => name));
  return {
    files,
    hidden: below.names().filter((name) => !kept.has(name)),
    isNew: !isHidden,
  };
}
