/**
 * Unpacks archives into the layer store. A tree grows under a temporary name
 * with a lock on it and gets its real name when it is whole, so whatever has a
 * real name is whole, and an unlocked temporary one is dead.
 *
 * @module
 */
import { openat } from "../../ffi/calls/file.ts";
import { AT_FDCWD } from "../../ffi/constants/fcntl.ts";
import type { Fd } from "../../ffi/fd.ts";
import { type Digest, digestHex } from "../base/digest.ts";
import { IntegrityError } from "../base/errors.ts";
import type { HostPaths } from "../base/host_paths.ts";
import { pathExists } from "../base/path_exists.ts";
import { type Archive, openArchiveFile } from "./archive_file.ts";
import { lockFile } from "./file_lock.ts";
import { GrowingTree, makePrivate, OPEN_DIRECTORY } from "./growing_tree.ts";
import { beginsAsImages } from "./archive/image_name.ts";
import { finishImplied } from "./implied_directories.ts";
import { noteLayerSize } from "./layer_size.ts";
import {
  findLayer,
  type Layer,
  layerAt,
  recordSource,
  sourceKey,
  tryStat,
} from "./source_record.ts";
import { sweepTemporaryTrees } from "./temporary_trees.ts";
import { TarReader } from "./tar/reader.ts";
import { unpack, type UnpackOptions } from "./tar/unpack.ts";

/** What the lock of a layer that is being unpacked is called. */
export const LOCK_PREFIX = ".lock-";

/** An archive that seems to hold images, not the files of one. */
export class ImagesFoundError extends IntegrityError {
  /** @param archive What messages call it. */
  constructor(archive: string) {
    super(`Cannot unpack "${archive}": it seems to be an archive of images`, {
      advice: `tsdocker load -i ${archive}`,
    });
  }
}

/**
 * The layer of an archive file, unpacked if it was not before. Safe against
 * other processes that do the same at the same time; one of them unpacks. What
 * a killed one left behind is removed.
 *
 * @param archive Path to a tar file, packed or not, whatever its name.
 * @param images What is done with an archive that seems to be one of images.
 * @throws {NotFoundError} If there is no such file.
 * @throws {IntegrityError} If it is malformed, empty or hostile, or changes
 * while it is read.
 * @throws {ImagesFoundError} If it seems to have images, and that is refused.
 * @throws {HostError} If the host refuses something: no space, not root.
 */
export async function unpackLayer(
  paths: HostPaths,
  archive: string,
  images: TreeOptions["images"] = "files",
): Promise<Layer> {
  makePrivate(paths.layers);
  makePrivate(paths.sources);
  const readSinceMs = Date.now();
  using _lock = await lockSource(paths, archive);
  // While we waited another process may have done it.
  const known = findLayer(paths, archive);
  if (known !== undefined) return known;
  using file = await openArchiveFile(archive);
  using store = openat(AT_FDCWD, paths.layers, OPEN_DIRECTORY);
  sweepTemporaryTrees(paths);
  using tree = new GrowingTree(paths.layers, store);
  const diffId = await unpackTree(file, tree.root, {
    archive,
    parents: [],
    emptiness: "refused",
    images,
  });
  tree.publish(digestHex(diffId));
  recordSource(paths, { fd: file.fd, readSinceMs }, diffId);
  return layerAt(paths, diffId);
}

/** A layer of an image that is to be unpacked. */
export interface LayerBlob {
  /** The path of the layer as it came, packed or not. */
  readonly archive: string;
  /** What it must be, unpacked. */
  readonly diffId: Digest;
  /** Names the layer with those below it. */
  readonly chainId: Digest;
  /** Directories of the layers below it, the topmost first. */
  readonly parents: readonly string[];
}

/**
 * Unpacks a layer of an image unless that has been done. Safe against other
 * processes that do the same: one of them unpacks.
 *
 * @returns Its directory.
 * @throws {IntegrityError} If it is malformed, hostile, or another one.
 */
export async function ensureLayerBlob(
  paths: HostPaths,
  layer: LayerBlob,
): Promise<string> {
  const name = digestHex(layer.chainId);
  const directory = `${paths.layers}/${name}`;
  if (pathExists(directory)) return directory;
  makePrivate(paths.layers);
  using _lock = await lockFile(`${paths.layers}/${LOCK_PREFIX}${name}`);
  if (pathExists(directory)) return directory;
  using file = await openArchiveFile(layer.archive);
  using store = openat(AT_FDCWD, paths.layers, OPEN_DIRECTORY);
  sweepTemporaryTrees(paths);
  using tree = new GrowingTree(paths.layers, store);
  const { diffId, archive, parents } = layer;
  const actual = await unpackTree(file, tree.root, {
    archive,
    parents,
    emptiness: "accepted",
  });
  if (actual !== diffId) {
    throw new IntegrityError(
      `Cannot unpack "${archive}": its digest, unpacked, is ${actual} and not ${diffId}`,
      { advice: "get the image from its source again" },
    );
  }
  tree.publish(name);
  return directory;
}

/** One process at a time unpacks a file; there is none if it is missing. */
export async function lockSource(
  paths: HostPaths,
  archive: string,
): Promise<Disposable | undefined> {
  const status = tryStat(archive);
  if (status === undefined) return undefined;
  return await lockFile(`${paths.sources}/${sourceKey(status)}.lock`);
}

/** How a layer is unpacked. */
export interface TreeOptions
  extends
    Pick<LayerBlob, "archive" | "parents">,
    Pick<UnpackOptions, "emptiness"> {
  /** Whether an archive that begins as one of images do is one of files. */
  readonly images?: "files" | "refused";
}

/**
 * Unpacks a layer into an empty directory.
 *
 * @returns Its digest, unpacked.
 * @throws {ImagesFoundError} If it seems to be an archive of images, and that
 * is not wanted.
 */
export async function unpackTree(
  file: Archive,
  root: Fd,
  options: TreeOptions,
): Promise<Digest> {
  try {
    using reader = new TarReader(file, options.archive);
    if (options.images === "refused" && beginsAsImages(reader)) {
      throw new ImagesFoundError(options.archive);
    }
    unpackFrom(reader, root, options);
  } catch (error) {
    // An archive cut short by corrupt compression is not the archive's fault.
    throw await file.explainEnd() ?? error;
  }
  return await file.finish();
}

/** Unpacks what a reader has into an empty directory, to its end. */
export function unpackFrom(
  reader: TarReader,
  root: Fd,
  { archive, parents, emptiness }: TreeOptions,
): void {
  const { implied, contentBytes } = unpack(reader, {
    root: root.number,
    label: archive,
    emptiness,
  });
  reader.drain();
  finishImplied({ root: root.number, implied, parents });
  noteLayerSize(root, contentBytes);
}
