/**
 * Which files images consist of in archives, by name.
 *
 * @module
 */
import type { ByteString } from "../tar/byte_string.ts";
import { normalizeName } from "../tar/names.ts";
import type { TarReader } from "../tar/reader.ts";

/** What says which images there are: of docker, of OCI, of old docker. */
export const INDEX_NAMES = {
  docker: "manifest.json",
  oci: "index.json",
  oldDocker: "repositories",
} as const;

/** Blobs, old docker's layers and configs, what else there is at the top. */
const OF_IMAGE =
  /^(?:blobs(?:\/|$)|(?:sha256:)?[0-9a-f]{64}(?:[./]|$)|(?:manifest|index|config)\.json$|oci-layout$|repositories$)/;

/**
 * Whether a file can be the first of an archive of images; few other archives
 * begin with such a name.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import type { ByteString } from "../tar/byte_string.ts";
 * assert.ok(isImageName("./blobs/sha256/" as ByteString));
 * assert.ok(!isImageName("bin/busybox" as ByteString));
 * ```
 */
export function isImageName(name: ByteString): boolean {
  const normalized = normalizeName(name);
  return normalized !== undefined && OF_IMAGE.test(normalized);
}

/** Whether an archive that is about to be read may be one of images. */
export function beginsAsImages(reader: TarReader): boolean {
  const first = reader.peekFirst();
  return first !== undefined && isImageName(first.name);
}
