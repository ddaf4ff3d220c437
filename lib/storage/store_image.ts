/**
 * Makes images of what is in the store.
 *
 * @module
 * @see image-spec 1.1, manifest.md
 */
import type { HostPaths } from "../base/host_paths.ts";
import { canonicalJson } from "../oci/canonical_json.ts";
import {
  CONFIG_TYPES,
  LAYER_TYPES,
  type LayerCompression,
  MANIFEST_TYPES,
} from "../oci/media_types.ts";
import { type BlobIdentity, putBlob } from "./content_store.ts";
import { addImage, type StoredImage } from "./image_store.ts";

/** A layer that is in the store. */
export interface LayerOfImage {
  readonly blob: BlobIdentity;
  readonly compression: LayerCompression;
}

/** What an image is made of. */
export interface ImageParts {
  /** Its config, as it is to be written. */
  readonly config: Uint8Array<ArrayBuffer>;
  /** The lowest first. */
  readonly layers: readonly LayerOfImage[];
}

/**
 * Spells the manifest of an image. Pure: the same image always has the same.
 *
 * @param config What its config is called.
 */
export function formatManifest(
  config: BlobIdentity,
  layers: readonly LayerOfImage[],
): Uint8Array<ArrayBuffer> {
  return canonicalJson({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPES[0],
    config: { mediaType: CONFIG_TYPES[0], ...config },
    layers: layers.map(({ blob: { digest, size }, compression }) => ({
      mediaType: LAYER_TYPES[compression],
      digest,
      size,
    })),
  });
}

/**
 * Adds an image whose layers are in the store.
 *
 * @throws {IntegrityError} If its parts do not fit together.
 * @throws {SpecError} If its config is malformed.
 */
export async function storeImage(
  paths: HostPaths,
  { config, layers }: ImageParts,
): Promise<StoredImage> {
  const identity = await putBlob(paths, config);
  const manifest = await putBlob(paths, formatManifest(identity, layers));
  return await addImage(paths, { mediaType: MANIFEST_TYPES[0], ...manifest });
}
