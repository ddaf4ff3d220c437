/**
 * @module
 */
import assert from "node:assert/strict";
import {
  type MemoryOptions,
  parseMemory,
} from "../../../lib/engine/memory_limits.ts";
import type { LinuxMemory } from "../../../lib/oci/linux_resources.ts";

const MIB = 1024 ** 2;

function parse(options: Partial<MemoryOptions>): LinuxMemory {
  return parseMemory({ oomKillDisable: false, ...options });
}

const MEANINGS: readonly (readonly [Partial<MemoryOptions>, LinuxMemory])[] = [
  [{}, {}],
  [{ memory: "0" }, {}],
  [{ memory: "6m" }, { limit: 6 * MIB, swap: 12 * MIB }],
  [{ memory: "1.5G" }, { limit: 1536 * MIB, swap: 3072 * MIB }],
  [{ memory: "64m", memorySwap: "0" }, { limit: 64 * MIB, swap: 128 * MIB }],
  [{ memory: "64m", memorySwap: "64m" }, { limit: 64 * MIB, swap: 64 * MIB }],
  [{ memory: "64m", memorySwap: "1g" }, { limit: 64 * MIB, swap: 1024 * MIB }],
  [{ memory: "64m", memorySwap: "-1" }, { limit: 64 * MIB, swap: -1 }],
  [{ memorySwap: "-1" }, { swap: -1 }],
  [{ memorySwap: "0" }, {}],
  [{ memoryReservation: "32m" }, { reservation: 32 * MIB }],
  [{ memory: "32m", memoryReservation: "32m" }, {
    limit: 32 * MIB,
    reservation: 32 * MIB,
    swap: 64 * MIB,
  }],
  [{ memorySwappiness: -1 }, {}],
  [{ memorySwappiness: 0 }, { swappiness: 0 }],
  [{ memorySwappiness: 100 }, { swappiness: 100 }],
  [{ oomKillDisable: true }, { disableOOMKiller: true }],
];

for (const [options, memory] of MEANINGS) {
  Deno.test(`parseMemory() understands ${JSON.stringify(options)}`, () => {
    assert.deepEqual(parse(options), memory);
  });
}

const REFUSALS: readonly (readonly [Partial<MemoryOptions>, string])[] = [
  [{ memory: "6291455" }, "Minimum memory limit allowed is 6MB"],
  [
    { memory: "" },
    `invalid argument "" for "-m, --memory" flag: invalid size: ''`,
  ],
  [
    { memory: "abc" },
    `invalid argument "abc" for "-m, --memory" flag: invalid size: 'abc'`,
  ],
  [
    { memory: "-1" },
    `invalid argument "-1" for "-m, --memory" flag: invalid size: '-1'`,
  ],
  [
    { memory: "9999p" },
    `invalid argument "9999p" for "-m, --memory" flag: invalid size: '9999p'`,
  ],
  [
    { memorySwap: "", memory: "64m" },
    `invalid argument "" for "--memory-swap" flag: invalid size: ''`,
  ],
  [
    { memorySwap: "x" },
    `invalid argument "x" for "--memory-swap" flag: invalid size: 'x'`,
  ],
  [
    { memorySwap: "-2" },
    `invalid argument "-2" for "--memory-swap" flag: invalid size: '-2'`,
  ],
  [
    { memoryReservation: "x" },
    `invalid argument "x" for "--memory-reservation" flag: invalid size: 'x'`,
  ],
  [
    { memorySwap: "100m" },
    "You should always set the Memory limit when using Memoryswap limit, see usage",
  ],
  [
    { memory: "100m", memorySwap: "99m" },
    "Minimum memoryswap limit should be larger than memory limit, see usage",
  ],
  [{ memoryReservation: "1m" }, "Minimum memory reservation allowed is 6MB"],
  [
    { memory: "10m", memoryReservation: "11m" },
    "Minimum memory limit can not be less than memory reservation limit, see usage",
  ],
  [
    { memorySwappiness: 101 },
    "invalid value: 101. Valid memory swappiness range is 0-100",
  ],
  [
    { memorySwappiness: -2 },
    "invalid value: -2. Valid memory swappiness range is 0-100",
  ],
  [
    { memorySwappiness: Infinity },
    "invalid value: Infinity. Valid memory swappiness range is 0-100",
  ],
];

for (const [options, message] of REFUSALS) {
  Deno.test(`parseMemory() refuses ${JSON.stringify(options)}`, () => {
    assert.throws(() => parse(options), { name: "UsageError", message });
  });
}

Deno.test("parseMemory() keeps twice the largest limit exact", () => {
  const limit = Number.MAX_SAFE_INTEGER;
  assert.deepEqual(parse({ memory: String(limit) }), { limit, swap: limit });
});
