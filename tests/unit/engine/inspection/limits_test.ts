/**
 * Limits of inspected containers.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  type InspectedLimits,
  inspectLimits,
  type LimitConfig,
} from "../../../../lib/engine/inspection/limits.ts";

const NONE: LimitConfig = { resources: {}, throttles: [] };

const CASES: readonly (readonly [
  what: string,
  changes: Partial<LimitConfig>,
  limits: Partial<InspectedLimits>,
])[] = [
  ["nothing", {}, { Memory: 0, NanoCpus: 0, PidsLimit: null, CpuQuota: 0 }],
  [
    "memory",
    {
      resources: {
        memory: {
          limit: 100,
          reservation: 50,
          swap: -1,
          swappiness: 0,
          disableOOMKiller: true,
        },
      },
    },
    {
      Memory: 100,
      MemoryReservation: 50,
      MemorySwap: -1,
      MemorySwappiness: 0,
      OomKillDisable: true,
    },
  ],
  [
    "--cpus",
    { nanoCpus: 500_000_000, resources: { cpu: { quota: 5, period: 10 } } },
    { NanoCpus: 500_000_000, CpuQuota: 0, CpuPeriod: 0 },
  ],
  [
    "a quota",
    {
      resources: {
        cpu: { quota: 5, period: 10, shares: 2, cpus: "0", mems: "1" },
      },
    },
    {
      NanoCpus: 0,
      CpuQuota: 5,
      CpuPeriod: 10,
      CpuShares: 2,
      CpusetCpus: "0",
      CpusetMems: "1",
    },
  ],
  [
    "tasks and disks",
    {
      resources: { pids: { limit: 20 }, blockIO: { weight: 300 } },
      throttles: [
        { list: "throttleReadBpsDevice", path: "/dev/a", rate: 1 },
        { list: "throttleWriteIOPSDevice", path: "/dev/b", rate: 2 },
      ],
    },
    {
      PidsLimit: 20,
      BlkioWeight: 300,
      BlkioDeviceReadBps: [{ Path: "/dev/a", Rate: 1 }],
      BlkioDeviceWriteBps: [],
      BlkioDeviceReadIOps: [],
      BlkioDeviceWriteIOps: [{ Path: "/dev/b", Rate: 2 }],
    },
  ],
  ["the usual cgroup", { cgroupsPath: "/tsdocker/ab" }, { CgroupParent: "" }],
  ["another", { cgroupsPath: "/ci/jobs/ab" }, { CgroupParent: "/ci/jobs" }],
];

for (const [what, changes, expected] of CASES) {
  Deno.test(`inspectLimits() tells of ${what}`, () => {
    const limits = inspectLimits({ ...NONE, ...changes });
    assert.deepEqual({ ...limits, ...expected }, limits);
  });
}
