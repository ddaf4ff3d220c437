/**
 * Puts images from archives into the store.
 *
 * @module
 */
import { IntegrityError } from "../../base/errors.ts";
import type { Digest } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { Platform } from "../../oci/image_spec.ts";
import { parseImageDocument } from "../../oci/parse_image.ts";
import { chainIds } from "../../oci/chain_id.ts";
import { fullName, isReference, parseReference } from "../../oci/reference.ts";
import {
  type ArchivedImage,
  readArchivedImages,
} from "../../storage/archive/archived_image.ts";
import type { ImageFiles } from "../../storage/archive/image_files.ts";
import { putBlob } from "../../storage/content_store.ts";
import {
  addImage,
  setReference,
  type StoredImage,
} from "../../storage/image_store.ts";
import { type LayerOfImage, storeImage } from "../../storage/store_image.ts";
import { takeArchivedLayer } from "../../storage/archive/take_layer.ts";
import { holdLayers } from "./hold_layers.ts";
import { recordImageEvent } from "./image_event.ts";

/** An image that an archive has. */
export interface LoadedImage {
  readonly image: StoredImage;
  /** What the archive calls it. */
  readonly names: readonly string[];
  /** What it is called now, in full. */
  readonly references: readonly string[];
}

/**
 * Takes all images of an archive into the store, unpacked, and gives them the
 * names that the archive has for them.
 *
 * @param files The archive, open.
 * @param platform Which images are taken where there is a choice.
 * @returns `undefined` if there is nothing that says which images there are.
 * @throws {IntegrityError} If anything is not what it should be; images before
 * it in the archive are there without names, until they are pruned.
 * @throws {HostError} If the host refuses something: no space, not root.
 */
export async function loadImages(
  paths: HostPaths,
  files: ImageFiles,
  platform?: Platform,
): Promise<LoadedImage[] | undefined> {
  using _held = holdLayers(paths);
  const archived = await readArchivedImages(files, platform);
  if (archived === undefined) return undefined;
  const loaded: LoadedImage[] = [];
  for (const one of archived) {
    const { names } = one;
    const references = [...new Set(names.flatMap(referenceOf))];
    loaded.push({
      image: await loadImage(paths, files, one),
      names,
      references,
    });
  }
  for (const { image, references } of loaded) {
    for (const reference of references) {
      await setReference(paths, reference, image.manifest.digest);
    }
    const [name] = references;
    recordImageEvent(paths, { action: "load", id: image.config.digest, name });
  }
  return loaded;
}

/** A tag alone names no image. */
function referenceOf(name: string): string[] {
  if (!/[:/]/.test(name) || !isReference(name)) return [];
  const reference = parseReference(name);
  return reference.digest === undefined ? [fullName(reference)] : [];
}

async function loadImage(
  paths: HostPaths,
  files: ImageFiles,
  { config, layers, manifest }: ArchivedImage,
): Promise<StoredImage> {
  const label = `config of an image in "${files.label}"`;
  const { diff_ids: diffIds } = parseImageDocument(config, label).rootfs;
  if (diffIds.length !== layers.length) {
    throw new IntegrityError(
      `Cannot load "${files.label}": an image has ${layers.length} layers, ` +
        `its config says ${diffIds.length}`,
    );
  }
  const chain = await chainIds(diffIds);
  const taken: LayerOfImage[] = [];
  const parents: string[] = [];
  for (const [index, layer] of layers.entries()) {
    const one = await takeArchivedLayer(paths, {
      ...layer,
      label: `${files.label}: ${layer.name}`,
      diffId: diffIds[index] as Digest,
      chainId: chain[index] as Digest,
      below: chain[index - 1],
      parents,
    });
    taken.push(one);
    parents.unshift(one.directory);
  }
  if (manifest === undefined) {
    return await storeImage(paths, { config, layers: taken });
  }
  await putBlob(paths, config);
  await putBlob(paths, manifest.bytes);
  return await addImage(paths, manifest.descriptor);
}
