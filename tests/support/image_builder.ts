/**
 * Images in a store, made of tar archives.
 *
 * @module
 */
import type { Digest } from "../../lib/base/digest.ts";
import type { HostPaths } from "../../lib/base/host_paths.ts";
import { LAYER_TYPES, MANIFEST_TYPES } from "../../lib/oci/media_types.ts";
import { putBlob } from "../../lib/storage/content_store.ts";
import { addImage, type StoredImage } from "../../lib/storage/image_store.ts";

/**
 * Adds an image of tar files, the lowest first.
 *
 * @param diffIds What the config says of them, where that is not the truth.
 */
export async function addTestImage(
  paths: HostPaths,
  layers: readonly Uint8Array[],
  diffIds?: readonly Digest[],
): Promise<StoredImage> {
  const json = (value: unknown): Uint8Array<ArrayBuffer> =>
    new TextEncoder().encode(JSON.stringify(value));
  const blobs = [];
  for (const layer of layers) {
    const { digest, size } = await putBlob(paths, new Uint8Array(layer));
    blobs.push({ mediaType: LAYER_TYPES.none, digest, size });
  }
  const config = await putBlob(
    paths,
    json({
      created: "2020-01-02T03:04:05Z",
      architecture: "amd64",
      os: "linux",
      config: { Cmd: ["sh"] },
      rootfs: {
        type: "layers",
        diff_ids: diffIds ?? blobs.map(({ digest }) => digest),
      },
    }),
  );
  const [mediaType] = MANIFEST_TYPES;
  const manifest = await putBlob(
    paths,
    json({
      schemaVersion: 2,
      mediaType,
      config: { mediaType: "application/json", ...config },
      layers: blobs,
    }),
  );
  return await addImage(paths, { mediaType, ...manifest });
}
