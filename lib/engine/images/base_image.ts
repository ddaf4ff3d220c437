/**
 * What a container's changes are put on top of when it becomes an image: the
 * layers of its own image.
 *
 * @module
 */
import type { Digest } from "../../base/digest.ts";
import { NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ImageDocument } from "../../oci/image_spec.ts";
import { parseImageDocument, parseManifest } from "../../oci/parse_image.ts";
import { hostPlatform } from "../../oci/platform.ts";
import { blobSize, readBlob } from "../../storage/content_store.ts";
import type { LayerOfImage } from "../../storage/store_image.ts";
import type { TarEntry } from "../../storage/tar/entry.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { layerOfImage } from "./layer_of_image.ts";
import { takeFilesIn } from "./plain_layer.ts";

/** An image that a container's changes go on top of. */
export interface BaseImage {
  readonly document: ImageDocument;
  /** The lowest first. */
  readonly layers: readonly LayerOfImage[];
}

/**
 * The image of a container, with all its content in the store. Its caller holds
 * the layers.
 *
 * @param stored What an image is to have in place of a file.
 * @throws {NotFoundError} If the image has been removed.
 */
export async function baseImage(
  engine: Engine,
  config: ContainerConfig,
  stored: (entry: TarEntry) => TarEntry,
): Promise<BaseImage> {
  const { paths } = engine;
  const { imageManifest } = config;
  if (imageManifest === undefined) {
    const { diffId, ...layer } = await takeFilesIn(engine, config, stored);
    return {
      document: {
        ...hostPlatform(),
        config: {},
        rootfs: { type: "layers", diff_ids: [diffId] },
        history: [],
      },
      layers: [layer],
    };
  }
  // What containers need of an image that has been removed is kept.
  if (blobSize(paths, imageManifest) !== undefined) {
    return readContent(paths, imageManifest);
  }
  throw new NotFoundError(
    `Cannot commit container ${config.name}: its image "${config.image}" has been removed`,
    { advice: `tsdocker export ${config.name} | tsdocker import -` },
  );
}

function readContent(paths: HostPaths, digest: Digest): BaseImage {
  const label = `manifest ${digest}`;
  const manifest = parseManifest(readBlob(paths, digest), label);
  if (manifest.kind === "index") {
    throw new TypeError("A container is made of one image");
  }
  const { config, layers } = manifest;
  const bytes = readBlob(paths, config.digest);
  return {
    document: parseImageDocument(bytes, `config ${config.digest}`),
    layers: layers.map((layer) => layerOfImage(paths, layer)),
  };
}
