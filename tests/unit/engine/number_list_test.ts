/**
 * @module
 */
import assert from "node:assert/strict";
import {
  countNumbers,
  isSublist,
  parseNumberList,
} from "../../../lib/engine/number_list.ts";

Deno.test("parseNumberList() reads numbers and ranges", () => {
  assert.deepEqual(parseNumberList("0"), [[0, 0]]);
  assert.deepEqual(parseNumberList("3-3,0-1,07"), [[3, 3], [0, 1], [7, 7]]);
});

Deno.test("parseNumberList() refuses everything else", () => {
  const wrong = ["", ",", "0,", "-1", "1-", "1-0", "a", "0 ", "0-1-2", "1.0"];
  for (const text of [...wrong, "9999999999", "0\n", "0-3:1/2"]) {
    assert.equal(parseNumberList(text), undefined, JSON.stringify(text));
  }
});

Deno.test("countNumbers() counts both ends of a range", () => {
  assert.equal(countNumbers("0"), 1);
  assert.equal(countNumbers("0-1"), 2);
  assert.equal(countNumbers("0-3,8,10-11"), 7);
  assert.equal(countNumbers(""), 0);
});

Deno.test("isSublist() wants each number in the other list", () => {
  assert.ok(isSublist("0", "0-1"));
  assert.ok(isSublist("1,0", "0-1"));
  assert.ok(isSublist("9,0-1", "0-1,9"));
  assert.ok(!isSublist("2", "0-1"));
  assert.ok(!isSublist("0-2", "0-1"));
  assert.ok(!isSublist("1-9", "0-1,9"));
  assert.ok(!isSublist("0-999999999", "0-1"), "without counting that far");
});
