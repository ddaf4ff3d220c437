/**
 * Images in a store with names, labels and a history.
 *
 * @module
 */
import { type Digest, digestOf } from "../../lib/base/digest.ts";
import type { HostPaths } from "../../lib/base/host_paths.ts";
import { fullName, parseReference } from "../../lib/oci/reference.ts";
import { putBlob } from "../../lib/storage/content_store.ts";
import {
  setReference,
  type StoredImage,
} from "../../lib/storage/image_store.ts";
import { storeImage } from "../../lib/storage/store_image.ts";
import { archive, file } from "./tar_builder.ts";

/** What a test wants of an image. */
export interface ImageWishes {
  /** As people write them. */
  readonly names?: readonly string[];
  /** Tar files, the lowest first. */
  readonly layers?: readonly Uint8Array[];
  /** What the config says of the layers; by default, what is true. */
  readonly diffIds?: readonly Digest[];
  /** More of its config, such as `created` or `history`. */
  readonly document?: Readonly<Record<string, unknown>>;
}

/** A layer of one file. */
export function layerOf(name: string, content: string = name): Uint8Array {
  return archive(file(name, content));
}

/** Adds an image to a store and names it. */
export async function addNamedImage(
  paths: HostPaths,
  { names = [], layers = [], document = {}, ...wishes }: ImageWishes,
): Promise<StoredImage> {
  const parts = [];
  const diffIds = [];
  for (const layer of layers) {
    const bytes = new Uint8Array(layer);
    diffIds.push(await digestOf(bytes));
    const blob = await putBlob(paths, bytes);
    parts.push({ blob, compression: "none" as const });
  }
  const config = {
    created: "2020-01-02T03:04:05Z",
    architecture: "amd64",
    os: "linux",
    config: { Cmd: ["sh"] },
    ...document,
    rootfs: { type: "layers", diff_ids: wishes.diffIds ?? diffIds },
  };
  const image = await storeImage(paths, {
    config: new TextEncoder().encode(JSON.stringify(config)),
    layers: parts,
  });
  for (const name of names) {
    const { digest } = image.manifest;
    await setReference(paths, fullName(parseReference(name)), digest);
  }
  return image;
}
