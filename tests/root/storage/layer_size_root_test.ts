/**
 * Sizes of layers: written down when they are unpacked, else measured.
 *
 * @module
 */
import assert from "node:assert/strict";
import { layerSize } from "../../../lib/storage/layer_size.ts";
import { ensureImageLayers } from "../../../lib/storage/image_layers.ts";
import { engineTest } from "../../support/engine.ts";
import { addTestImage } from "../../support/image_builder.ts";
import {
  archive,
  directory,
  file,
  symlink,
} from "../../support/tar_builder.ts";

engineTest("layerSize() tells what was unpacked", async ({ paths }) => {
  const image = await addTestImage(paths, [
    archive(directory("d"), file("d/a", "12345"), symlink("b", "d/a")),
    archive(file("d/c", "1")),
  ]);
  const [top = "", base = ""] = await ensureImageLayers(paths, image);
  assert.deepEqual([layerSize(top), layerSize(base)], [1, 8]);
  // It was written down, not measured.
  await Deno.writeTextFile(`${base}/later`, "later");
  assert.equal(layerSize(base), 8);
});

engineTest("layerSize() measures what nothing is known of", (roots) => {
  const layer = `${roots.directory}/layer`;
  assert.equal(layerSize(layer), undefined);
  Deno.mkdirSync(layer);
  Deno.writeTextFileSync(`${layer}/file`, "1234");
  assert.equal(layerSize(layer), 4);
  Deno.removeSync(`${layer}/file`);
  assert.equal(layerSize(layer), 4);
});
