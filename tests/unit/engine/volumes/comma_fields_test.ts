/**
 * @module
 */
import assert from "node:assert/strict";
import { commaFields } from "../../../../lib/engine/volumes/comma_fields.ts";

Deno.test("commaFields() splits at commas outside of quotes", () => {
  const fields: Readonly<Record<string, readonly string[]>> = {
    "": [""],
    "a": ["a"],
    "a,b": ["a", "b"],
    ",": ["", ""],
    "a=1,": ["a=1", ""],
    '"a,b",c': ["a,b", "c"],
    '""': [""],
    '"a""b"': ['a"b'],
    '"",x': ["", "x"],
  };
  for (const [text, expected] of Object.entries(fields)) {
    assert.deepEqual(commaFields(text), expected, text);
  }
});

Deno.test("commaFields() refuses quotes that are in wrong places", () => {
  for (const text of ['"', 'a"b"', '"a"b', '"a,b', '"a""', 'x,"']) {
    assert.equal(commaFields(text), undefined, text);
  }
});
