/** @module */
import assert from "node:assert/strict";
import { parseRecord } from "../../../lib/base/parse_record.ts";

Deno.test("parseRecord() takes whatever is whole", () => {
  for (const record of [{ a: [1, "b"] }, [], "text", 0]) {
    assert.deepEqual(parseRecord(JSON.stringify(record)), record);
  }
});

Deno.test("parseRecord() has nothing of what is empty, cut or overwritten", () => {
  const text = JSON.stringify({ name: "web", createdMs: 5 });
  for (let length = 0; length < text.length; length++) {
    assert.equal(parseRecord(text.slice(0, length)), undefined);
  }
  assert.equal(parseRecord("\0".repeat(text.length)), undefined);
});
