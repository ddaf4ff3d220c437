/** @module */
import assert from "node:assert/strict";
import { unpackersFor } from "../../../../lib/engine/images/fetch_layers.ts";

Deno.test("unpackersFor() leaves a processor to who downloads", () => {
  const counts = [1, 2, 3, 4, 5, 64].map(unpackersFor);
  assert.deepEqual(counts, [1, 1, 2, 3, 4, 4]);
});
