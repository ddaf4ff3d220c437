/**
 * Layers of images that other images are made with.
 *
 * @module
 */
import { IntegrityError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { Descriptor } from "../../oci/image_spec.ts";
import {
  type LayerCompression,
  layerCompression,
} from "../../oci/media_types.ts";
import {
  openRegular,
  readCompression,
} from "../../storage/archive/regular_file.ts";
import { blobPath } from "../../storage/content_store.ts";
import type { LayerOfImage } from "../../storage/store_image.ts";

/** A layer of the store, by what a manifest says of it. */
export function layerOfImage(
  paths: HostPaths,
  { mediaType, digest, size }: Descriptor,
): LayerOfImage {
  const compression = layerCompression(mediaType) ??
    compressionOf(blobPath(paths, digest));
  return { blob: { digest, size }, compression };
}

/** For what is called by no name that we know, and could be unpacked. */
function compressionOf(path: string): LayerCompression {
  using file = openRegular(path);
  const compression = readCompression(path, file, 0);
  if (compression !== "xz") return compression;
  throw new IntegrityError(
    `Cannot use "${path}": no layer of an image is packed by xz`,
  );
}
