/**
 * Images by the beginnings of their ids.
 *
 * @module
 */
import assert from "node:assert/strict";
import { digestHex } from "../../../../lib/base/digest.ts";
import { ConflictError } from "../../../../lib/base/errors.ts";
import { hostPaths } from "../../../../lib/base/host_paths.ts";
import { resolveImage } from "../../../../lib/engine/images/resolve_image.ts";
import type { StoredImage } from "../../../../lib/storage/image_store.ts";
import { addNamedImage } from "../../../support/stored_images.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const DIGITS = [..."0123456789abcdef"];

Deno.test("resolveImage() takes the beginning of an id before that of a manifest's digest", async () => {
  using directory = new TemporaryDirectory();
  const paths = hostPaths({ root: directory.path, runRoot: directory.path });
  const images: StoredImage[] = [];
  for (let count = 0; count < 12; count++) {
    const document = { author: String(count) };
    images.push(await addNamedImage(paths, { document }));
  }
  for (const digit of DIGITS) {
    const of = (part: "config" | "manifest"): StoredImage[] =>
      images.filter((image) => digestHex(image[part].digest)[0] === digit);
    const expected = of("config").length > 0 ? of("config") : of("manifest");
    if (expected.length === 0) continue;
    const found = resolveImage(paths, digit);
    if (expected.length > 1) await assert.rejects(found, ConflictError);
    else assert.deepEqual(await found, expected[0]);
  }
});

Deno.test("resolveImage() takes a manifest's digest, whole or not", async () => {
  using directory = new TemporaryDirectory();
  const paths = hostPaths({ root: directory.path, runRoot: directory.path });
  const image = await addNamedImage(paths, {});
  const { digest } = image.manifest;
  for (const text of [digest, digest.slice(0, 20), digestHex(digest)]) {
    assert.deepEqual(await resolveImage(paths, text), image, text);
  }
});
