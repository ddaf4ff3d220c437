/**
 * Layers of an image, and who shares them.
 *
 * @module
 */
import type { Digest } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { imageLayerSize } from "./image_size.ts";
import { listNamedImages, type NamedImage } from "./named_images.ts";

/** A layer of an image. */
export interface TreeLayer {
  /** Names it with all that is below it. */
  readonly chainId: Digest;
  /** Bytes of its files. */
  readonly sizeBytes: number;
  /** Other images that have it, with all that is below it. */
  readonly sharedWith: readonly NamedImage[];
}

/** The layers of an image, the lowest first. */
export function imageTree(
  paths: HostPaths,
  { image }: NamedImage,
): TreeLayer[] {
  const others = listNamedImages(paths)
    .filter(({ image: { manifest } }) =>
      manifest.digest !== image.manifest.digest
    );
  return image.layers.map((layer) => ({
    chainId: layer.chainId,
    sizeBytes: imageLayerSize(paths, layer),
    sharedWith: others.filter(({ image: { layers } }) =>
      layers.some(({ chainId }) => chainId === layer.chainId)
    ),
  }));
}
