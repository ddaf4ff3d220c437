/**
 * Values compared as Go does.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  compare,
  equals,
} from "../../../../../lib/cli/output/template/compare.ts";

const YES = true;

Deno.test("equals() compares what is of one type, and anything to nothing", () => {
  assert.ok(equals(1, 1) && equals("a", "a") && equals(YES, YES));
  assert.ok(!equals(1, 2) && !equals("a", "b"));
  assert.ok(equals(null, undefined) && !equals({}, null) && !equals(null, 0));
  assert.throws(() => equals(1, "1"), /^Error: incompatible types/);
  assert.throws(() => equals([], []), /^Error: invalid type/);
});

Deno.test("compare() orders numbers and texts", () => {
  assert.ok(compare(1, 2) < 0 && compare(10, 9) > 0 && compare(1, 1) === 0);
  assert.ok(compare("10", "9") < 0 && compare("b", "a") > 0);
  assert.equal(compare("a", "a"), 0);
  assert.throws(() => compare(YES, YES), /^Error: invalid type/);
});
