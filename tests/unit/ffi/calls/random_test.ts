/** @module */
import assert from "node:assert/strict";
import { getrandom } from "../../../../ffi/calls/random.ts";

Deno.test("getrandom() fills all bytes, and never the same way", () => {
  const seen = new Set<string>();
  const filled = new Uint8Array(256);
  for (let round = 0; round < 16; round++) {
    const bytes = getrandom(256);
    assert.equal(bytes.length, 256);
    seen.add(bytes.toHex());
    filled.set(filled.map((byte, index) => byte | (bytes[index] ?? 0)));
  }
  assert.equal(seen.size, 16);
  assert.ok(filled.every((byte) => byte !== 0));
});

Deno.test("getrandom() refuses more than the kernel gives at once", () => {
  assert.throws(() => getrandom(257), RangeError);
});
