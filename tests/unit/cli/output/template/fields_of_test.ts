/**
 * Fields of fields.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fieldsOf } from "../../../../../lib/cli/output/template/fields_of.ts";
import { NO_VALUE } from "../../../../../lib/cli/output/template/value.ts";

const PLACE = { line: 1, column: 2, text: ".A" };

function get(value: unknown, fields: string[], ...args: unknown[]): unknown {
  return fieldsOf(value, { fields, args, place: PLACE });
}

Deno.test("fieldsOf() goes from field to field", () => {
  assert.equal(get({ A: { B: 1 } }, ["A", "B"]), 1);
  assert.equal(get({ A: new Map([["B", 2]]) }, ["A", "B"]), 2);
  assert.equal(get(5, []), 5);
});

Deno.test("fieldsOf() finds nothing in maps and in what may be absent", () => {
  assert.equal(get(new Map(), ["A", "B"]), NO_VALUE);
  assert.equal(get({ A: undefined }, ["A"]), undefined);
  assert.throws(
    () => get({ A: undefined }, ["A", "B"]),
    /no entry for key "A"/,
  );
  assert.throws(() => get(null, ["A"]), /nil data; no entry for key "A"/);
});

Deno.test("fieldsOf() calls methods, the last one with arguments", () => {
  const value = { Of: (...args: unknown[]) => ({ Count: args.length }) };
  assert.deepEqual(get(value, ["Of"], "x", "y"), { Count: 2 });
  assert.equal(get(value, ["Of", "Count"]), 0);
  assert.throws(() => get(value, ["Of", "Count"], 1), /give argument/);
});

Deno.test("fieldsOf() refuses fields of what has none", () => {
  for (const value of ["text", 5, true, ["a"]]) {
    assert.throws(() => get(value, ["length"]), /can't evaluate field length/);
  }
  assert.throws(() => get({}, ["toString"]), /no entry for key "toString"/);
});
