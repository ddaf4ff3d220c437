/**
 * Takes layers of archives into the store, and does nothing twice.
 *
 * @module
 */
import { type Digest, digestHex } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { makePrivate } from "../growing_tree.ts";
import { pathExists } from "../../base/path_exists.ts";
import type { LayerCompression } from "../../oci/media_types.ts";
import { openArchivePart } from "../archive_file.ts";
import { readCompression } from "./regular_file.ts";
import {
  assertDigest,
  blobPath,
  blobSize,
  copyIntoStore,
} from "../content_store.ts";
import { lockFile } from "../file_lock.ts";
import { keepLayer, takeLayer, type TakenLayer } from "../layer_intake.ts";
import { ensureLayerBlob, LOCK_PREFIX } from "../layer_unpack.ts";
import type { ArchivedLayer } from "./archived_image.ts";

/** A layer of an archive, and its place in an image. */
export interface PlacedLayer extends ArchivedLayer {
  /** What messages call it. */
  readonly label: string;
  readonly diffId: Digest;
  readonly chainId: Digest;
  /** Chain id of the layer below it. */
  readonly below: Digest | undefined;
  /** Directories of the layers below it, the topmost first. */
  readonly parents: readonly string[];
}

/**
 * Takes a layer into the store, as it is and unpacked, unless it is there.
 * Safe against other processes that take the same one: they wait.
 *
 * @throws {IntegrityError} If it is malformed, hostile, or another one.
 * @throws {HostError} If the host refuses something: no space, not root.
 */
export async function takeArchivedLayer(
  paths: HostPaths,
  layer: PlacedLayer,
): Promise<TakenLayer> {
  makePrivate(paths.layers);
  const { label, file: { file, offset, size }, diffId, chainId } = layer;
  const compression = readCompression(label, file, offset);
  const name = digestHex(chainId);
  using _lock = await lockFile(`${paths.layers}/${LOCK_PREFIX}${name}-taken`);
  // What is not packed is its own digest.
  const digest = layer.blob ?? layer.file.blob?.digest ??
    (compression === "none" ? diffId : undefined);
  const hasBlob = digest !== undefined && blobSize(paths, digest) === size;
  const directory = `${paths.layers}/${name}`;
  if (compression === "xz") return await takeAgain(paths, layer);
  const known = { compression, diffId, chainId, directory };
  if (hasBlob) {
    await ensureLayerBlob(paths, {
      ...layer,
      archive: blobPath(paths, digest),
    });
    return { ...known, blob: { digest, size } };
  }
  if (pathExists(directory) && compression === "none") {
    const part = { file, offset, size };
    const blob = await copyIntoStore(paths, part, diffId);
    assertDigest(blob.digest, layer.blob);
    return { ...known, blob };
  }
  return layer.file.blob === undefined
    ? await takeAgain(paths, layer)
    : await keepSpooled(paths, layer, { compression, ...layer.file.blob });
}

async function takeAgain(
  paths: HostPaths,
  layer: PlacedLayer,
): Promise<TakenLayer> {
  const { file: { file, offset, size }, label, blob } = layer;
  return await takeLayer(paths, {
    label,
    open: (options) => openArchivePart({ label, file, offset, size }, options),
    parents: layer.parents,
    below: layer.below,
    diffId: layer.diffId,
    ...(blob === undefined ? {} : { blob }),
    emptiness: "accepted",
  });
}

type SpooledBlob = NonNullable<ArchivedLayer["file"]["blob"]> & {
  readonly compression: LayerCompression;
};

/** What a stream brought is a blob already, but for its name. */
async function keepSpooled(
  paths: HostPaths,
  { label, parents, below, diffId, ...layer }: PlacedLayer,
  { growing, digest, compression }: SpooledBlob,
): Promise<TakenLayer> {
  assertDigest(digest, layer.blob);
  const taken = await keepLayer(paths, {
    label,
    parents,
    below,
    diffId,
    emptiness: "accepted",
    blob: growing,
    size: layer.file.size,
    digest,
  });
  return { ...taken, compression };
}
