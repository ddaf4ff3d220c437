/**
 * Runs what is in archives: of the files of an image, or of whole images,
 * which are loaded into the store first. What has been read once is known.
 *
 * @module
 */
import type { Digest } from "../../base/digest.ts";
import {
  ConflictError,
  IntegrityError,
  NotFoundError,
} from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { fullName, isReference, parseReference } from "../../oci/reference.ts";
import { isDirectoryAt } from "../../base/path_exists.ts";
import { openImageFiles } from "../../storage/archive/open_image_files.ts";
import { openRegular } from "../../storage/archive/regular_file.ts";
import { makePrivate } from "../../storage/growing_tree.ts";
import { readImage, type StoredImage } from "../../storage/image_store.ts";
import { ImagesFoundError, unpackLayer } from "../../storage/layer_unpack.ts";
import {
  findSourceImages,
  type Layer,
  recordSourceImages,
  type SourceImage,
} from "../../storage/source_record.ts";
import type { TransportSource } from "./image_transport.ts";
import { loadImages } from "./load.ts";

/** What an archive turned out to be. */
export type OpenedArchive =
  | { readonly kind: "layer"; readonly layer: Layer }
  | { readonly kind: "image"; readonly image: StoredImage };

/**
 * Opens an archive file of which nothing is known yet, or that it has images.
 *
 * @param path Absolute.
 * @throws {IntegrityError} If it is malformed or hostile.
 * @throws {ConflictError} If it has several images.
 */
export async function openArchiveImage(
  paths: HostPaths,
  path: string,
): Promise<OpenedArchive> {
  if (findSourceImages(paths, path) === undefined) {
    try {
      return {
        kind: "layer",
        layer: await unpackLayer(paths, path, "refused"),
      };
    } catch (error) {
      if (!(error instanceof ImagesFoundError)) throw error;
    }
  }
  const image = await loadOne(paths, path);
  return image === undefined
    ? { kind: "layer", layer: await unpackLayer(paths, path) }
    : { kind: "image", image };
}

/**
 * An image of an archive or a directory, loaded into the store unless it was
 * and is still there.
 *
 * @throws {NotFoundError} If there is no such file, or no such image in it.
 * @throws {IntegrityError} If it is malformed or hostile, or has no images.
 * @throws {ConflictError} If it has several images, and none is named.
 */
export async function ensureArchivedImage(
  paths: HostPaths,
  { path, name }: TransportSource,
): Promise<StoredImage> {
  const image = await loadOne(paths, path, name);
  if (image !== undefined) return image;
  throw new IntegrityError(`Cannot load "${path}": it holds no images`);
}

async function loadOne(
  paths: HostPaths,
  path: string,
  name?: string,
): Promise<StoredImage | undefined> {
  const known = findKnownImage(paths, path, name);
  if (known !== undefined) return known;
  const readSinceMs = Date.now();
  const isDirectory = isDirectoryAt(path);
  const kind = isDirectory ? "directory" : "file";
  using files = await openImageFiles(paths, { kind, path });
  const loaded = await loadImages(paths, files);
  if (loaded === undefined) return undefined;
  const images = loaded.map(({ image, names }): SourceImage => ({
    manifest: image.manifest.digest,
    names,
  }));
  // Of a directory, nothing tells whether what is in it has changed.
  if (!isDirectory) {
    makePrivate(paths.sources);
    using file = openRegular(path);
    recordSourceImages(paths, { fd: file.number, readSinceMs }, images);
  }
  return readImage(paths, chooseImage(images, name, path).manifest);
}

/**
 * An image of an archive that was loaded before and is still there.
 *
 * @throws {NotFoundError} If the archive has no image of this name.
 * @throws {ConflictError} If it has several images, and none is named.
 */
export function findKnownImage(
  paths: HostPaths,
  path: string,
  name?: string,
): StoredImage | undefined {
  const known = findSourceImages(paths, path);
  if (known === undefined) return undefined;
  return readImage(paths, chooseImage(known, name, path).manifest);
}

/**
 * Picks an image by what its archive calls it. Pure.
 *
 * @param name A name, a tag, or `@` and a number, counted from 0.
 * @param label What messages call the archive.
 * @throws {NotFoundError} If there is none.
 * @throws {ConflictError} If there are several.
 */
export function chooseImage(
  images: readonly SourceImage[],
  name: string | undefined,
  label: string,
): SourceImage {
  const found = name === undefined
    ? images
    : images.filter((image, index) =>
      name === `@${index}` || image.names.some((one) => isSameName(one, name))
    );
  const digests = new Set<Digest>(found.map(({ manifest }) => manifest));
  const [first] = found;
  if (first !== undefined && digests.size === 1) return first;
  const names = images.map(({ names: [one] }, index) => one ?? `@${index}`);
  if (first === undefined) {
    throw new NotFoundError(
      images.length === 0
        ? `Cannot use "${label}": it has no images`
        : `Cannot find image "${name}" in "${label}": it has ${
          names.join(", ")
        }`,
    );
  }
  throw new ConflictError(
    `Cannot choose one of the images of "${label}": ${names.join(", ")}`,
    { advice: `docker-archive:${label}:${names[0]}` },
  );
}

function isSameName(one: string, other: string): boolean {
  if (one === other) return true;
  return isReference(one) && isReference(other) &&
    fullName(parseReference(one)) === fullName(parseReference(other));
}
