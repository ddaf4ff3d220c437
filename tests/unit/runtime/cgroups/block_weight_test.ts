/** @module */
import assert from "node:assert/strict";
import { SpecError } from "../../../../lib/base/errors.ts";
import { assertBlockWeight } from "../../../../lib/runtime/cgroups/block_weight.ts";

Deno.test("assertBlockWeight() takes whole numbers from 10 to 1000", () => {
  for (const weight of [10, 11, 500, 1000]) assertBlockWeight(weight);
  for (const weight of [-1, 1, 9, 10.5, 1001, NaN]) {
    assert.throws(
      () => assertBlockWeight(weight),
      (error: unknown) =>
        error instanceof SpecError &&
        error.pointer === "/linux/resources/blockIO/weight",
    );
  }
});
