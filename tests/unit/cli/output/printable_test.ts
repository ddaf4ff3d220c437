/**
 * Text from outside on a terminal.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  ellipsis,
  printable,
  quoted,
} from "../../../../lib/cli/output/printable.ts";

const ESCAPES: readonly (readonly [string, string])[] = [
  ["plain text", "plain text"],
  ["größe … 🐳", "größe … 🐳"],
  ["a\nb\r\tc", "a\\nb\\r\\tc"],
  ["\0\x1b[31m\x7f", "\\x00\\x1b[31m\\x7f"],
  ["\x9b31m", "\\x9b31m"],
  ["a\u202egpj\u2069", "a\\u202egpj\\u2069"],
  ["\u2028", "\\u2028"],
  ["", ""],
];

for (const [text, expected] of ESCAPES) {
  Deno.test(`printable() of ${JSON.stringify(text)} is ${expected}`, () => {
    assert.equal(printable(text), expected);
  });
}

Deno.test("quoted() escapes quotes and backslashes once", () => {
  assert.equal(quoted('echo "a\\b"\n'), '"echo \\"a\\\\b\\"\\n"');
  assert.equal(quoted(""), '""');
});

Deno.test("ellipsis() cuts to the length, the mark included", () => {
  assert.equal(ellipsis("0123456789", 10), "0123456789");
  assert.equal(ellipsis("0123456789x", 10), "012345678…");
  assert.equal(ellipsis("🐳🐳🐳🐳", 3), "🐳🐳…");
  assert.equal(ellipsis("", 3), "");
});
