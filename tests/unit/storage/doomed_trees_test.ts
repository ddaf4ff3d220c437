/**
 * Trees that are removed lose their names at once, and nobody sweeps them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { namesIn } from "../../../lib/base/names_in.ts";
import { DiskMeter } from "../../../lib/storage/disk_usage.ts";
import { DoomedTrees } from "../../../lib/storage/doomed_trees.ts";
import { sweepTemporaryTrees } from "../../../lib/storage/temporary_trees.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

Deno.test("DoomedTrees removes trees after their names", () => {
  using directory = new TemporaryDirectory();
  const layers = directory.path;
  for (const name of ["a", "b", "c"]) {
    Deno.mkdirSync(`${layers}/${name}/sub`, { recursive: true });
    Deno.writeTextFileSync(`${layers}/${name}/sub/file`, "12345");
  }
  {
    using trees = new DoomedTrees(layers, new DiskMeter("contents"));
    trees.add("a");
    trees.add("missing");
    trees.add("b");
    const left = namesIn(layers);
    assert.equal(left.length, 3);
    assert.ok(!left.includes("a") && !left.includes("b"));
    sweepTemporaryTrees({ layers });
    assert.equal(namesIn(layers).length, 3);
    assert.equal(trees.remove(), 10);
    assert.deepEqual(namesIn(layers), ["c"]);
    trees.add("c");
  }
  assert.deepEqual(namesIn(layers), []);
});
