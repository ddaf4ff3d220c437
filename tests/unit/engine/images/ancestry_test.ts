/**
 * Containers are found by the images that they come from.
 *
 * @module
 */
import assert from "node:assert/strict";
import { digestHex } from "../../../../lib/base/digest.ts";
import { hostPaths } from "../../../../lib/base/host_paths.ts";
import {
  ancestryTest,
  type Descendant,
} from "../../../../lib/engine/images/ancestry.ts";
import type { StoredImage } from "../../../../lib/storage/image_store.ts";
import { addNamedImage, layerOf } from "../../../support/stored_images.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

Deno.test("ancestryTest() follows images and their layers", async () => {
  using directory = new TemporaryDirectory();
  const paths = hostPaths({ root: directory.path, runRoot: directory.path });
  const base = await addNamedImage(paths, {
    names: ["base"],
    layers: [layerOf("a")],
  });
  const made = await addNamedImage(paths, {
    names: ["made"],
    layers: [layerOf("a"), layerOf("b")],
  });
  const alike = await addNamedImage(paths, {
    names: ["alike"],
    layers: [layerOf("a")],
    document: { author: "another" },
  });
  const container = ({ config, layers }: StoredImage): Descendant => ({
    imageId: config.digest,
    layers: layers.map(({ chainId }) => `${paths.layers}/${digestHex(chainId)}`)
      .reverse(),
  });
  const containers = [base, made, alike].map(container);
  const found = async (reference: string): Promise<number[] | undefined> => {
    const test = await ancestryTest(paths, reference);
    return test && containers.flatMap((one, index) => test(one) ? [index] : []);
  };
  assert.deepEqual(await found("base"), [0, 1]);
  assert.deepEqual(await found(base.config.digest), [0, 1]);
  assert.deepEqual(await found(digestHex(made.config.digest).slice(0, 12)), [
    1,
  ]);
  assert.deepEqual(await found("alike:latest"), [1, 2]);
  assert.equal(await found("nothing"), undefined);
  const test = await ancestryTest(paths, "base");
  assert.ok(test && !test({ layers: containers[0]?.layers ?? [] }));
});
