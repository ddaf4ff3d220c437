/**
 * Columns.
 *
 * @module
 */
import assert from "node:assert/strict";
import { formatTable } from "../../../../lib/cli/output/table.ts";

Deno.test("formatTable() sizes columns to their content, three apart", () => {
  assert.equal(
    formatTable(["NAME", "LONG HEADER", "LAST"], [
      ["0123456789", "x", "y"],
      ["a", "xyz", ""],
    ]),
    "NAME         LONG HEADER   LAST\n" +
      "0123456789   x             y\n" +
      "a            xyz\n",
  );
});

Deno.test("formatTable() makes no column narrower than ten", () => {
  assert.equal(formatTable(["A", "B"], []), "A         B\n");
  assert.equal(
    formatTable(["A", "B"], [["1234567", "x"], ["12345678", "y"]]),
    "A          B\n1234567    x\n12345678   y\n",
  );
});

Deno.test("formatTable() counts characters, not code units", () => {
  assert.equal(
    formatTable(["NAME", "B"], [["äöü…12345", "x"], [
      "🐳🐳🐳🐳🐳🐳🐳🐳🐳",
      "y",
    ]]),
    "NAME        B\näöü…12345   x\n🐳🐳🐳🐳🐳🐳🐳🐳🐳   y\n",
  );
});

Deno.test("formatTable() keeps a row on its line", () => {
  assert.equal(formatTable(["A"], [["x\ny\x1b[1m"]]), "A\nx\\ny\\x1b[1m\n");
});

Deno.test("formatTable() takes missing cells for empty ones", () => {
  assert.equal(formatTable(["A", "B"], [["x"], []]), "A         B\nx\n\n");
});
