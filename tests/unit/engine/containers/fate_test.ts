/** @module */
import assert from "node:assert/strict";
import { fateWithoutCaller } from "../../../../lib/engine/containers/fate.ts";

Deno.test("fateWithoutCaller() lets go on what can be left, and nothing else", () => {
  const fates = [true, false].map((tty) =>
    [true, false].map((interactive) => fateWithoutCaller({ tty, interactive }))
  );
  assert.deepEqual(fates, [["goes-on", "ends"], ["ends", "ends"]]);
});
