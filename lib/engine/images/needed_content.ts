/**
 * What of the store is needed: the content of images, and what containers have
 * of images that are gone. The rest is garbage once nobody is adding to it.
 *
 * @module
 */
import { type Digest, digestHex } from "../../base/digest.ts";
import { TsdockerError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { parseManifest } from "../../oci/parse_image.ts";
import { parseReference } from "../../oci/reference.ts";
import { readBlob } from "../../storage/content_store.ts";
import type { StoredImage } from "../../storage/image_store.ts";
import type { ContainerConfig } from "../container_config.ts";
import { readConfigs } from "./image_users.ts";
import { needsLayer } from "./layer_usage.ts";
import { listNamedImages, type NamedImage } from "./named_images.ts";

/** Whose content is needed. */
export interface ContentUsers {
  readonly images: readonly NamedImage[];
  readonly containers: readonly ContainerConfig[];
}

/** All images and containers there are. */
export function contentUsers(paths: HostPaths): ContentUsers {
  return { images: listNamedImages(paths), containers: readConfigs(paths) };
}

/** Tells what is needed. */
export interface NeededContent {
  /** Whether a blob is, by its digest's hex. */
  needsBlob(hex: string): boolean;
  /** Whether an unpacked layer is, or a copy of one, by its directory's name. */
  needsLayer(name: string): boolean;
}

/** What images and containers need. */
export function neededContent(
  paths: HostPaths,
  { images, containers }: ContentUsers,
): NeededContent {
  const blobs = new Set(
    [
      ...images.flatMap(({ image }) => blobsOf(image)),
      ...images.flatMap(({ names }) => names.flatMap(digestOfName)),
      ...containers.flatMap((config) => blobsOfContainer(paths, config)),
    ].map(digestHex),
  );
  const layers = new Set(
    images.flatMap(({ image }) => image.layers)
      .map(({ chainId }) => digestHex(chainId)),
  );
  return {
    needsBlob: (hex) => blobs.has(hex),
    needsLayer: (name) =>
      layers.has(name) ||
      containers.some((config) => needsLayer(paths, config, name)),
  };
}

/** The digests of all that an image is made of. */
export function blobsOf({ manifest, config, layers }: StoredImage): Digest[] {
  return [
    manifest.digest,
    config.digest,
    ...layers.map(({ blob }) => blob.digest),
  ];
}

/** A list of images that one of them was found in has its name, too. */
function digestOfName(name: string): Digest[] {
  const { digest } = parseReference(name);
  return digest === undefined ? [] : [digest];
}

/** A container can be committed after its image has been removed. */
function blobsOfContainer(
  paths: HostPaths,
  { imageId, imageManifest }: ContainerConfig,
): Digest[] {
  const blobs = imageId === undefined ? [] : [imageId];
  if (imageManifest === undefined) return blobs;
  return [...blobs, imageManifest, ...layerBlobs(paths, imageManifest)];
}

function layerBlobs(paths: HostPaths, digest: Digest): Digest[] {
  try {
    const bytes = readBlob(paths, digest);
    const manifest = parseManifest(bytes, `manifest ${digest}`);
    return manifest.kind === "index"
      ? []
      : manifest.layers.map((layer) => layer.digest);
  } catch (error) {
    // What is gone or cannot be read tells of nothing that is needed.
    if (error instanceof TsdockerError) return [];
    throw error;
  }
}
