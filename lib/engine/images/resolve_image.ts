/**
 * Finds an image of the store by what a user calls it.
 *
 * @module
 */
import { digestHex } from "../../base/digest.ts";
import { ConflictError, NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import {
  familiarName,
  type ImageReference,
  isReference,
  parseReference,
  storedName,
} from "../../oci/reference.ts";
import {
  listImages,
  readImage,
  readReference,
  type StoredImage,
} from "../../storage/image_store.ts";

/** Digits of an id that are shown where there is little room. */
export const SHORT_ID_DIGITS = 12;
const ID_PREFIX = /^(?:sha256:)?([0-9a-f]{1,64})$/;

/**
 * Finds an image.
 *
 * @param text A name, or an image's id or the digest of its manifest, with or
 * without `sha256:`, or the beginning of one; a name comes before an id.
 * @throws {NotFoundError} In docker's words, if there is none.
 * @throws {ConflictError} If several ids begin so; the message lists them.
 */
export async function resolveImage(
  paths: HostPaths,
  text: string,
): Promise<StoredImage> {
  const image = await findStoredImage(paths, text);
  if (image !== undefined) return image;
  const name = isReference(text) ? familiarName(parseReference(text)) : text;
  throw new NotFoundError(`No such image: ${name}`, {
    advice: "tsdocker images",
  });
}

/** As {@linkcode resolveImage}; `undefined` if there is none. */
export async function findStoredImage(
  paths: HostPaths,
  text: string,
): Promise<StoredImage | undefined> {
  if (isReference(text)) {
    const image = await findByName(paths, parseReference(text));
    if (image !== undefined) return image;
  }
  return findById(paths, text);
}

/** A digest is one, whether or not an image has been given it as a name. */
async function findByName(
  paths: HostPaths,
  reference: ImageReference,
): Promise<StoredImage | undefined> {
  const manifest = await readReference(paths, storedName(reference)) ??
    reference.digest;
  return manifest && readImage(paths, manifest);
}

function findById(paths: HostPaths, text: string): StoredImage | undefined {
  const [, prefix] = ID_PREFIX.exec(text) ?? [];
  if (prefix === undefined) return undefined;
  const images = listImages(paths);
  const byId = images.filter(({ config }) =>
    digestHex(config.digest).startsWith(prefix)
  );
  // `images` shows ids: what begins like one does not mean another's manifest.
  const matches = byId.length > 0
    ? byId
    : images.filter(({ manifest }) =>
      digestHex(manifest.digest).startsWith(prefix)
    );
  const ids = [...new Set(matches.map(({ config }) => config.digest))];
  if (ids.length <= 1) return matches[0];
  const list = ids.map((id) => digestHex(id).slice(0, SHORT_ID_DIGITS));
  throw new ConflictError(
    `Several images have an id that begins with ${prefix}: ${list.join(", ")}`,
    { advice: "give more digits" },
  );
}
