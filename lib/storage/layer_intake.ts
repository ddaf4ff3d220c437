/**
 * Takes a layer into the store in one reading: as it came, and unpacked.
 *
 * @module
 */
import { openat } from "../../ffi/calls/file.ts";
import { AT_FDCWD } from "../../ffi/constants/fcntl.ts";
import { type Digest, digestHex } from "../base/digest.ts";
import { IntegrityError } from "../base/errors.ts";
import type { HostPaths } from "../base/host_paths.ts";
import { chainIdOn } from "../oci/chain_id.ts";
import type { LayerCompression } from "../oci/media_types.ts";
import {
  type Archive,
  type ArchiveOptions,
  openArchivePart,
} from "./archive_file.ts";
import {
  assertDigest,
  type BlobIdentity,
  GrowingBlob,
} from "./content_store.ts";
import { GrowingTree, makePrivate, OPEN_DIRECTORY } from "./growing_tree.ts";
import { type TreeOptions, unpackTree } from "./layer_unpack.ts";
import { sweepTemporaryTrees } from "./temporary_trees.ts";

/** A layer that comes from outside. */
export interface ArrivingLayer extends Omit<TreeOptions, "archive"> {
  /** What messages call it. */
  readonly label: string;
  /** Opens it for one reading that copies it. */
  open(options: ArchiveOptions): Promise<Archive>;
  /** Chain id of the layer below it. */
  readonly below: Digest | undefined;
  /** What it must be, unpacked, if that is known. */
  readonly diffId?: Digest;
  /** What it must be as it comes, if that is known. */
  readonly blob?: Digest;
}

/** A layer in the store. */
export interface TakenLayer {
  readonly blob: BlobIdentity;
  /** How the blob is packed. */
  readonly compression: LayerCompression;
  readonly diffId: Digest;
  readonly chainId: Digest;
  /** Where it is unpacked. */
  readonly directory: string;
}

/**
 * Reads a layer, keeps it as it comes and unpacks it. If anything is wrong
 * with it, nothing of it is left.
 *
 * @throws {IntegrityError} If it is malformed, hostile, or another one.
 * @throws {HostError} If the host refuses something: no space, not root.
 */
export async function takeLayer(
  paths: HostPaths,
  layer: ArrivingLayer,
): Promise<TakenLayer> {
  using blob = new GrowingBlob(paths);
  using archive = await layer.open({ copy: blob.path });
  return await grow(paths, { ...layer, archive }, async () => {
    const { compression, digest, size } = await archive.copied();
    assertDigest(digest, layer.blob);
    blob.publish(digest);
    return { blob: { digest, size }, compression };
  });
}

/** A layer that has been written to the store, but for its name. */
export interface WrittenLayer extends Omit<ArrivingLayer, "open" | "blob"> {
  readonly blob: GrowingBlob;
  /** Bytes. */
  readonly size: number;
  /** Of the blob, if that is packed; else it is that of the layer. */
  readonly digest?: Digest;
}

/**
 * Gives the blob of a layer its name, and unpacks it.
 *
 * @returns What it is, if the blob is not packed.
 * @throws {HostError} If the host refuses something: no space, not root.
 */
export async function keepLayer(
  paths: HostPaths,
  { blob, size, digest: known, ...layer }: WrittenLayer,
): Promise<TakenLayer> {
  const part = { label: layer.label, file: blob.file, offset: 0, size };
  using archive = await openArchivePart(part);
  return await grow(paths, { ...layer, archive }, (diffId) => {
    const digest = known ?? diffId;
    blob.publish(digest);
    return { blob: { digest, size }, compression: "none" };
  });
}

interface GrowingLayer extends Omit<ArrivingLayer, "open"> {
  readonly archive: Archive;
}

type KeptBlob = Pick<TakenLayer, "blob" | "compression">;

/** @param keep Gives the blob its name, once the layer is known to be good. */
async function grow(
  paths: HostPaths,
  { label, archive, below, ...layer }: GrowingLayer,
  keep: (diffId: Digest) => KeptBlob | Promise<KeptBlob>,
): Promise<TakenLayer> {
  makePrivate(paths.layers);
  using store = openat(AT_FDCWD, paths.layers, OPEN_DIRECTORY);
  sweepTemporaryTrees(paths);
  using tree = new GrowingTree(paths.layers, store);
  const { parents, emptiness, images = "files" } = layer;
  const options = { archive: label, parents, emptiness, images };
  const diffId = await unpackTree(archive, tree.root, options);
  if (layer.diffId !== undefined && layer.diffId !== diffId) {
    throw new IntegrityError(
      `Cannot unpack "${label}": its digest, unpacked, is ${diffId} and not ${layer.diffId}`,
      { advice: "make or fetch the file again" },
    );
  }
  const chainId = await chainIdOn(below, diffId);
  const kept = await keep(diffId);
  const name = digestHex(chainId);
  tree.publish(name);
  const directory = `${paths.layers}/${name}`;
  return { ...kept, diffId, chainId, directory };
}
