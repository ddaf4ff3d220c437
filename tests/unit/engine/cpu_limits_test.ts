/**
 * @module
 */
import assert from "node:assert/strict";
import {
  type CpuLimits,
  type CpuOptions,
  parseCpu,
} from "../../../lib/engine/cpu_limits.ts";

function parse(options: CpuOptions): CpuLimits {
  return parseCpu(options, { onlineCpus: "0-3,8", onlineMems: "0" });
}

const MEANINGS: readonly (readonly [CpuOptions, CpuLimits])[] = [
  [{}, { cpu: {} }],
  [{ cpus: "", cpusetCpus: "", cpusetMems: "" }, { cpu: {} }],
  [{ cpus: "0" }, { cpu: {} }],
  [{ cpus: "0.000" }, { cpu: {} }],
  [
    { cpus: "1" },
    { cpu: { quota: 100_000, period: 100_000 }, nanoCpus: 1e9 },
  ],
  [
    { cpus: "+.5" },
    { cpu: { quota: 50_000, period: 100_000 }, nanoCpus: 5e8 },
  ],
  [
    { cpus: "0.01" },
    { cpu: { quota: 1000, period: 100_000 }, nanoCpus: 1e7 },
  ],
  [
    { cpus: "5." },
    { cpu: { quota: 500_000, period: 100_000 }, nanoCpus: 5e9 },
  ],
  [
    { cpus: "1.123456789000" },
    { cpu: { quota: 112_345, period: 100_000 }, nanoCpus: 1_123_456_789 },
  ],
  [
    { cpus: "0.07" },
    { cpu: { quota: 7000, period: 100_000 }, nanoCpus: 70_000_000 },
  ],
  [{ cpuShares: 0, cpuPeriod: 0, cpuQuota: 0 }, { cpu: {} }],
  [{ cpuShares: 2 }, { cpu: { shares: 2 } }],
  [{ cpuShares: 262_144 }, { cpu: { shares: 262_144 } }],
  [{ cpuPeriod: 1000 }, { cpu: { period: 1000 } }],
  [
    { cpuPeriod: 1_000_000, cpuQuota: 1000 },
    { cpu: { quota: 1000, period: 1_000_000 } },
  ],
  [{ cpuQuota: -1 }, { cpu: { quota: -1 } }],
  [{ cpuQuota: -5 }, { cpu: { quota: -1 } }],
  [{ cpuQuota: Infinity }, { cpu: { quota: -1 } }],
  [{ cpusetCpus: "0-1,8" }, { cpu: { cpus: "0-1,8" } }],
  [{ cpusetMems: "0" }, { cpu: { mems: "0" } }],
  [{ cpus: "2", cpuShares: 512, cpusetCpus: "3" }, {
    cpu: { shares: 512, quota: 200_000, period: 100_000, cpus: "3" },
    nanoCpus: 2e9,
  }],
];

for (const [options, limits] of MEANINGS) {
  Deno.test(`parseCpu() understands ${JSON.stringify(options)}`, () => {
    assert.deepEqual(parse(options), limits);
  });
}

const RANGE =
  "Range of CPUs is from 0.01 to 5.00, as there are only 5 CPUs available";
const PERIOD =
  "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)";

const REFUSALS: readonly (readonly [CpuOptions, string])[] = [
  [{ cpus: "5.000000001" }, RANGE],
  [{ cpus: "0.009999999" }, RANGE],
  [{ cpus: "-1" }, RANGE],
  [{ cpus: "99999999999999999999999999" }, RANGE],
  ...["x", ".", "+", "1e3", "1/2", "1,5", " 1", "0x1", "NaN"].map((
    cpus,
  ): [CpuOptions, string] => [
    { cpus },
    `invalid argument "${cpus}" for "--cpus" flag: failed to parse ${cpus} as a rational number`,
  ]),
  [
    { cpus: "0.0000000001" },
    'invalid argument "0.0000000001" for "--cpus" flag: value is too precise',
  ],
  [
    { cpus: "1", cpuPeriod: 1000 },
    "Conflicting options: Nano CPUs and CPU Period cannot both be set",
  ],
  [
    { cpus: "1", cpuQuota: 1000 },
    "Conflicting options: Nano CPUs and CPU Quota cannot both be set",
  ],
  [{ cpuShares: 1 }, "the minimum allowed cpu-shares is 2"],
  [{ cpuShares: -1 }, "the minimum allowed cpu-shares is 2"],
  [{ cpuShares: 262_145 }, "the maximum allowed cpu-shares is 262144"],
  [{ cpuPeriod: 999 }, PERIOD],
  [{ cpuPeriod: 1_000_001 }, PERIOD],
  [{ cpuPeriod: -1 }, PERIOD],
  [{ cpuQuota: 999 }, "CPU cfs quota can not be less than 1ms (i.e. 1000)"],
  [
    { cpusetCpus: "a" },
    "Invalid value a for cpuset cpus: invalid format: a",
  ],
  [
    { cpusetMems: "0-" },
    "Invalid value 0- for cpuset mems: invalid format: 0-",
  ],
  [
    { cpusetCpus: "4" },
    "Requested CPUs are not available - requested 4, available: 0-3,8",
  ],
  [
    { cpusetMems: "0-1" },
    "Requested memory nodes are not available - requested 0-1, available: 0",
  ],
];

for (const [options, message] of REFUSALS) {
  Deno.test(`parseCpu() refuses ${JSON.stringify(options)}`, () => {
    assert.throws(() => parse(options), { name: "UsageError", message });
  });
}

Deno.test("parseCpu() looks at the host only if it has to", () => {
  const host = {
    get onlineCpus(): string {
      return assert.fail("looked");
    },
    get onlineMems(): string {
      return assert.fail("looked");
    },
  };
  assert.deepEqual(parseCpu({ cpuShares: 512 }, host), {
    cpu: { shares: 512 },
  });
});
