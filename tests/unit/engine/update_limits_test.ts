/** @module */
import assert from "node:assert/strict";
import type { ContainerId } from "../../../lib/base/identifiers.ts";
import {
  type CurrentLimits,
  type UpdatedLimits,
  updateLimits,
} from "../../../lib/engine/update_limits.ts";
import type { LinuxResources } from "../../../lib/oci/linux_resources.ts";
import { HOST_FACTS } from "../../support/run_options.ts";

const MIB = 1024 ** 2;
const PIDS = { pids: { limit: 2048 } };

function current(
  resources: LinuxResources = {},
  nanoCpus?: number,
): CurrentLimits {
  return {
    id: "ab".repeat(32) as ContainerId,
    resources: { ...PIDS, ...resources },
    ...(nanoCpus === undefined ? {} : { nanoCpus }),
  };
}

const LIMITED = { memory: { limit: 64 * MIB, swap: 128 * MIB } };
const HALF_CPU = { cpu: { quota: 50_000, period: 100_000, shares: 512 } };

interface Case {
  readonly name: string;
  readonly before?: CurrentLimits;
  readonly limits: UpdatedLimits;
  readonly changes: LinuxResources;
  readonly after?: LinuxResources;
  readonly nanoCpus?: number;
}

const CASES: readonly Case[] = [
  { name: "changes nothing for nothing", limits: {}, changes: {} },
  {
    name: "gives a first limit of memory as much swap",
    limits: { memory: "32m" },
    changes: { memory: { limit: 32 * MIB, swap: 64 * MIB } },
  },
  {
    name: "leaves swap as it is",
    before: current(LIMITED),
    limits: { memory: "96m" },
    changes: { memory: { limit: 96 * MIB, swap: 128 * MIB } },
  },
  {
    name: "changes swap alone",
    before: current(LIMITED),
    limits: { memorySwap: "-1", memory: "0" },
    changes: { memory: { limit: 64 * MIB, swap: -1 } },
  },
  {
    name: "keeps the limit beside a reservation",
    before: current(LIMITED),
    limits: { memoryReservation: "32m" },
    changes: { memory: { reservation: 32 * MIB } },
    after: { memory: { ...LIMITED.memory, reservation: 32 * MIB } },
  },
  {
    name: "changes shares without a word on time",
    before: current(HALF_CPU),
    limits: { cpuShares: 256 },
    changes: { cpu: { shares: 256 } },
    after: { cpu: { ...HALF_CPU.cpu, shares: 256 } },
  },
  {
    name: "keeps the period of another quota",
    before: current({ cpu: { quota: 5000, period: 20_000 } }),
    limits: { cpuQuota: 10_000 },
    changes: { cpu: { quota: 10_000, period: 20_000 } },
  },
  {
    name: "changes the number of CPUs",
    before: current(HALF_CPU, 5e8),
    limits: { cpus: "1.5" },
    changes: { cpu: { quota: 150_000, period: 100_000 } },
    after: { cpu: { quota: 150_000, period: 100_000, shares: 512 } },
    nanoCpus: 1.5e9,
  },
  {
    name: "lifts the limit of tasks",
    limits: { pidsLimit: -1 },
    changes: { pids: { limit: -1 } },
  },
  {
    name: "keeps throttles beside a weight",
    before: current({ blockIO: { throttleReadBpsDevice: [] } }),
    limits: { blkioWeight: 100 },
    changes: { blockIO: { weight: 100 } },
    after: { blockIO: { throttleReadBpsDevice: [], weight: 100 } },
  },
];

for (const { name, before, limits, changes, after, nanoCpus } of CASES) {
  Deno.test(`updateLimits() ${name}`, () => {
    const result = updateLimits(before ?? current(), limits, HOST_FACTS);
    assert.deepEqual(result.changes, changes);
    const resources = { ...before?.resources, ...PIDS, ...changes, ...after };
    assert.deepEqual(result.config.resources, resources);
    assert.equal(result.config.nanoCpus, nanoCpus ?? before?.nanoCpus);
  });
}

const REFUSED: readonly (readonly [CurrentLimits, UpdatedLimits, string])[] = [
  [
    current(LIMITED),
    { memory: "256m" },
    "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time",
  ],
  [
    current(),
    { memorySwap: "64m" },
    "You should always set the Memory limit when using Memoryswap limit, see usage",
  ],
  [current(), { memory: "1m" }, "Minimum memory limit allowed is 6MB"],
  [
    current(HALF_CPU, 5e8),
    { cpuQuota: 5000 },
    "Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set",
  ],
  [
    current(HALF_CPU, 5e8),
    { cpuPeriod: 5000 },
    "Conflicting options: CPU Period cannot be updated as NanoCPUs has already been set",
  ],
  [
    current(HALF_CPU),
    { cpus: "1" },
    "Conflicting options: Nano CPUs cannot be updated as CPU Period has already been set",
  ],
  [
    current({ cpu: { quota: 5000 } }),
    { cpus: "1" },
    "Conflicting options: Nano CPUs cannot be updated as CPU Quota has already been set",
  ],
];

Deno.test("updateLimits() refuses what does not go together", () => {
  for (const [before, limits, message] of REFUSED) {
    assert.throws(() => updateLimits(before, limits, HOST_FACTS), { message });
  }
});
