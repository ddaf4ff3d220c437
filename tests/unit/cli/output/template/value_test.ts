/**
 * Values of templates, as Go writes them and as JSON.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  formatValue,
  isEmptyValue,
  NO_VALUE,
  toJson,
  typeName,
} from "../../../../../lib/cli/output/template/value.ts";

Deno.test("formatValue() writes maps and structs sorted, and no methods", () => {
  const value = { b: new Map([["y", 1.5]]), a: [true, null], f: isEmptyValue };
  assert.equal(formatValue(value), "map[a:[true <nil>] b:map[y:1.5]]");
  assert.equal(formatValue(NO_VALUE), "<no value>");
});

Deno.test("isEmptyValue() takes for empty what Go does", () => {
  for (
    const empty of ["", 0, false, null, undefined, [], new Map(), NO_VALUE]
  ) {
    assert.ok(isEmptyValue(empty));
  }
  for (const full of ["0", -1, true, [0], new Map([["", ""]]), {}]) {
    assert.ok(!isEmptyValue(full));
  }
});

Deno.test("toJson() writes maps sorted, and keeps names of the language", () => {
  const map = new Map<string, unknown>([["__proto__", 1], ["a", new Map()]]);
  assert.equal(toJson(map), '{"__proto__":1,"a":{}}');
  assert.equal(toJson([{ a: undefined }]), "[{}]");
  assert.equal(toJson(NO_VALUE), "null");
  assert.equal(toJson({ a: [1] }, "  "), '{\n  "a": [\n    1\n  ]\n}');
});

Deno.test("toJson() steers no terminal", () => {
  const text = "\x1b[2J\x7f\u009b\u202e";
  const json = toJson(text);
  assert.equal(json, '"\\u001b[2J\\u007f\\u009b\\u202e"');
  assert.equal(JSON.parse(json), text);
});

Deno.test("typeName() is Go's", () => {
  const names = ["", 1, 1.5, true, null, [], new Map()].map(typeName);
  assert.deepEqual(names, [
    "string",
    "int",
    "float64",
    "bool",
    "nil",
    "[]interface {}",
    "map[string]interface {}",
  ]);
});
