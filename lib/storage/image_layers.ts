/**
 * The layers of images in the store, unpacked. On the start path: a look at
 * each directory; the unpacking is loaded when there is something to unpack.
 *
 * @module
 */
import { type Digest, digestHex } from "../base/digest.ts";
import type { HostPaths } from "../base/host_paths.ts";
import { pathExists } from "../base/path_exists.ts";
import { blobPath } from "./content_store.ts";
import type { StoredImage } from "./image_store.ts";

/** Where the layers of an image are or will be, the topmost first. */
export function imageLayerDirectories(
  paths: HostPaths,
  { layers }: Pick<StoredImage, "layers">,
): string[] {
  return layers.map(({ chainId }) => layerDirectory(paths, chainId)).reverse();
}

/**
 * The directories of an image's layers, unpacked if they were not before. Safe
 * against other processes that do the same at the same time.
 *
 * @returns Absolute paths, the topmost first.
 * @throws {IntegrityError} If a layer is malformed, hostile, or another one.
 * @throws {HostError} If the host refuses something: no space, not root.
 */
export async function ensureImageLayers(
  paths: HostPaths,
  { layers }: Pick<StoredImage, "layers">,
): Promise<string[]> {
  const directories: string[] = [];
  for (const { blob, diffId, chainId } of layers) {
    const directory = layerDirectory(paths, chainId);
    if (!pathExists(directory)) {
      const { ensureLayerBlob } = await import("./layer_unpack.ts");
      await ensureLayerBlob(paths, {
        archive: blobPath(paths, blob.digest),
        diffId,
        chainId,
        parents: directories,
      });
    }
    directories.unshift(directory);
  }
  return directories;
}

function layerDirectory({ layers }: HostPaths, chainId: Digest): string {
  return `${layers}/${digestHex(chainId)}`;
}
