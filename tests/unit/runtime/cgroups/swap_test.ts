/** @module */
import assert from "node:assert/strict";
import { SpecError } from "../../../../lib/base/errors.ts";
import type { LinuxMemory } from "../../../../lib/oci/linux_resources.ts";
import {
  type SwapLimit,
  swapLimit,
} from "../../../../lib/runtime/cgroups/swap.ts";

const UNLIMITED: SwapLimit = { kind: "unlimited" };

const LIMITS: readonly (readonly [LinuxMemory, SwapLimit | undefined])[] = [
  [{}, undefined],
  [{ limit: 100 }, undefined],
  [{ limit: 100, swap: 0 }, undefined],
  [{ swap: -1 }, UNLIMITED],
  [{ limit: 100, swap: -1 }, UNLIMITED],
  [{ limit: -1, swap: -1 }, UNLIMITED],
  [{ limit: 100, swap: 100 }, { kind: "finite", total: 100, swap: 0 }],
  [{ limit: 100, swap: 250 }, { kind: "finite", total: 250, swap: 150 }],
];

for (const [memory, expected] of LIMITS) {
  Deno.test(`swapLimit() of ${JSON.stringify(memory)}`, () => {
    assert.deepEqual(swapLimit(memory), expected);
  });
}

const REFUSED: readonly (readonly [LinuxMemory, RegExp])[] = [
  [{ swap: 100 }, /memory alone is not limited/],
  [{ limit: 0, swap: 100 }, /memory alone is not limited/],
  [{ limit: -1, swap: 100 }, /memory alone is not limited/],
  [{ limit: 100, swap: 99 }, /less than the 100 bytes/],
];

for (const [memory, message] of REFUSED) {
  Deno.test(`swapLimit() refuses ${JSON.stringify(memory)}`, () => {
    assert.throws(() => swapLimit(memory), (error: unknown) => {
      assert.ok(error instanceof SpecError);
      assert.equal(error.pointer, "/linux/resources/memory/swap");
      assert.match(error.message, message);
      assert.ok(error.advice);
      return true;
    });
  });
}
