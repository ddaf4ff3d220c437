/** @module */
import assert from "node:assert/strict";
import {
  BASE_ALIGNMENT,
  randomBase,
} from "../../../../../../tools/build/payload/prelink/random_base.ts";

Deno.test("randomBase() gives aligned addresses that every kernel has, all different", () => {
  for (const [arch, bits] of [["x86_64", 44], ["aarch64", 37]] as const) {
    const bases = Array.from({ length: 200 }, () => randomBase(arch));
    for (const base of bases) {
      assert.equal(base % BASE_ALIGNMENT, 0);
      assert.ok(base >= 2 ** 32 && base < 2 ** bits, String(base));
    }
    assert.ok(new Set(bases).size > 190); // of 2^21 and more
    // Each bit is sometimes set, sometimes not.
    for (let bit = 16; bit < bits; bit++) {
      const set = bases.filter((base) => Math.floor(base / 2 ** bit) % 2 === 1);
      assert.ok(set.length > 40 && set.length < 160, `${arch} ${bit}`);
    }
  }
});
