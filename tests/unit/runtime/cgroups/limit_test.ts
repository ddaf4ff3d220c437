/** @module */
import assert from "node:assert/strict";
import { SpecError } from "../../../../lib/base/errors.ts";
import {
  decimal,
  isGiven,
  limitText,
} from "../../../../lib/runtime/cgroups/limit.ts";

Deno.test("isGiven() takes 0 for an option that was not given", () => {
  assert.deepEqual([undefined, 0, -1, 1].map(isGiven), [
    false,
    false,
    true,
    true,
  ]);
});

Deno.test("decimal() never writes an exponent", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0"],
    [1, "1"],
    [2 ** 53, "9007199254740992"],
    [2 ** 63, "9223372036854775808"],
    [1e21, "1000000000000000000000"],
  ];
  for (const [value, text] of cases) assert.equal(decimal(value, ""), text);
});

Deno.test("decimal() refuses what is no whole number, and says where", () => {
  for (const value of [-1, -4096, 0.5, NaN, Infinity, -Infinity]) {
    assert.throws(
      () => decimal(value, "/linux/resources/pids/limit"),
      (error: unknown) =>
        error instanceof SpecError &&
        error.pointer === "/linux/resources/pids/limit" &&
        error.message.includes(`"${value}"`),
    );
  }
});

Deno.test("limitText() knows -1 and no other negative", () => {
  assert.equal(limitText(-1, "max", ""), "max");
  assert.equal(limitText(-1, "-1", ""), "-1");
  assert.equal(limitText(4096, "max", ""), "4096");
  assert.throws(() => limitText(-2, "max", ""), SpecError);
});
