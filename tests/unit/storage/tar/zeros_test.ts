/** @module */
import assert from "node:assert/strict";
import { Memory } from "../../../../ffi/memory.ts";
import { isHole } from "../../../../lib/storage/tar/zeros.ts";

const LENGTH = 64 * 1024;

Deno.test("isHole() finds long runs of zeros", () => {
  using memory = new Memory(2 * LENGTH);
  memory.bytes.fill(1);
  const part = { offset: 4096, length: LENGTH + 3 };
  assert.ok(!isHole(memory, part));
  memory.bytes.fill(0, part.offset, part.offset + part.length);
  assert.ok(isHole(memory, part));
  assert.ok(!isHole(memory, { ...part, length: LENGTH - 1 }));
  assert.ok(!isHole(memory, { ...part, length: part.length + 1 }));
  assert.ok(!isHole(memory, { ...part, offset: part.offset - 4 }));
});

Deno.test("isHole() sees a single byte wherever it is", () => {
  using memory = new Memory(LENGTH + 4096);
  const part = { offset: 8, length: LENGTH + 2 };
  for (const at of [8, 9, 8 + LENGTH / 2, 8 + LENGTH - 1, 8 + LENGTH + 1]) {
    memory.bytes[at] = 1;
    assert.ok(!isHole(memory, part), `${at}`);
    memory.bytes[at] = 0;
  }
  assert.ok(isHole(memory, part));
});
