/**
 * How large images are: what their files hold, not the room they take.
 *
 * @module
 */
import { digestHex } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { StoredImage, StoredLayer } from "../../storage/image_store.ts";
import { layerSize } from "../../storage/layer_size.ts";

/** The size of an image in bytes. */
export function imageSize(
  paths: Pick<HostPaths, "layers">,
  { layers }: Pick<StoredImage, "layers">,
): number {
  return layers.reduce(
    (sum, layer) => sum + imageLayerSize(paths, layer),
    0,
  );
}

/** The size of a layer in bytes; packed, if it has not been unpacked yet. */
export function imageLayerSize(
  { layers }: Pick<HostPaths, "layers">,
  { chainId, blob }: StoredLayer,
): number {
  return layerSize(`${layers}/${digestHex(chainId)}`) ?? blob.size;
}
