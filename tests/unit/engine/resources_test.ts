/**
 * @module
 */
import assert from "node:assert/strict";
import type { ContainerId } from "../../../lib/base/identifiers.ts";
import {
  type CgroupConfig,
  cgroupParent,
  parseResources,
} from "../../../lib/engine/resources.ts";
import type { RunOptions } from "../../../lib/engine/run_options.ts";
import { HOST_FACTS, runOptions } from "../../support/run_options.ts";

const ID = "cd".repeat(32) as ContainerId;
const MIB = 1024 ** 2;

function parse(options: Partial<RunOptions>): CgroupConfig {
  return parseResources(runOptions(options), { id: ID, host: HOST_FACTS });
}

Deno.test("parseResources() limits tasks only, unless asked for more", () => {
  assert.deepEqual(parse({}), {
    cgroupsPath: `/tsdocker/${ID}`,
    resources: { pids: { limit: 2048 } },
    throttles: [],
  });
});

Deno.test("parseResources() puts all limits together", () => {
  const config = parse({
    memory: "64m",
    cpus: "0.5",
    cpusetCpus: "1",
    pidsLimit: 20,
    blkioWeight: 500,
    cgroupParent: "/ci",
    deviceReadBps: ["/dev/vda:1mb"],
  });
  assert.deepEqual(config, {
    cgroupsPath: `/ci/${ID}`,
    resources: {
      memory: { limit: 64 * MIB, swap: 128 * MIB },
      cpu: { quota: 50_000, period: 100_000, cpus: "1" },
      pids: { limit: 20 },
      blockIO: { weight: 500 },
    },
    nanoCpus: 500_000_000,
    throttles: [
      { list: "throttleReadBpsDevice", path: "/dev/vda", rate: MIB },
    ],
  });
});

Deno.test("parseResources() takes 0, -1 and more than the kernel counts for no limit", () => {
  const limits: [number, number][] = [
    [0, -1],
    [-1, -1],
    [-5, -1],
    [1, 1],
    [4_194_304, 4_194_304],
    [4_194_305, -1],
    [Infinity, -1],
  ];
  for (const [pidsLimit, limit] of limits) {
    assert.deepEqual(parse({ pidsLimit }).resources.pids, { limit });
  }
});

Deno.test("parseResources() judges the weight of block I/O", () => {
  assert.deepEqual(parse({ blkioWeight: 0 }).resources.blockIO, undefined);
  for (const weight of [10, 1000]) {
    assert.deepEqual(
      parse({ blkioWeight: weight }).resources.blockIO,
      { weight },
    );
  }
  for (const blkioWeight of [9, 1001, -1]) {
    assert.throws(() => parse({ blkioWeight }), {
      name: "UsageError",
      message: "Range of blkio weight is from 10 to 1000",
    });
  }
});

Deno.test("parseResources() makes no cgroup if they are disabled", () => {
  assert.deepEqual(parse({ cgroups: "disabled" }), {
    resources: {},
    throttles: [],
  });
  const nothing = {
    pidsLimit: -1,
    cpuShares: 0,
    memorySwappiness: -1,
    memory: "",
  };
  assert.deepEqual(parse({ cgroups: "disabled", ...nothing }), {
    resources: {},
    throttles: [],
  });
});

const LIMITS: readonly (readonly [Partial<RunOptions>, string])[] = [
  [{ memory: "64m" }, "--memory"],
  [{ memoryReservation: "64m" }, "--memory-reservation"],
  [{ memorySwap: "-1" }, "--memory-swap"],
  [{ memorySwappiness: 5 }, "--memory-swappiness"],
  [{ oomKillDisable: true }, "--oom-kill-disable"],
  [{ cpus: "1" }, "--cpus"],
  [{ cpuShares: 512 }, "--cpu-shares"],
  [{ cpuPeriod: 1000 }, "--cpu-period"],
  [{ cpuQuota: 1000 }, "--cpu-quota"],
  [{ cpusetCpus: "0" }, "--cpuset-cpus"],
  [{ cpusetMems: "0" }, "--cpuset-mems"],
  [{ pidsLimit: 5 }, "--pids-limit"],
  [{ blkioWeight: 500 }, "--blkio-weight"],
  [{ deviceReadBps: ["/dev/a:1"] }, "--device-read-bps"],
  [{ deviceWriteBps: ["/dev/a:1"] }, "--device-write-bps"],
  [{ deviceReadIops: ["/dev/a:1"] }, "--device-read-iops"],
  [{ deviceWriteIops: ["/dev/a:1"] }, "--device-write-iops"],
  [{ deviceCgroupRules: ["a *:* rwm"] }, "--device-cgroup-rule"],
  [{ cgroupParent: "/ci" }, "--cgroup-parent"],
];

for (const [options, flag] of LIMITS) {
  Deno.test(`parseResources() refuses ${flag} without cgroups`, () => {
    assert.throws(() => parse({ cgroups: "disabled", ...options }), {
      name: "UsageError",
      message: `conflicting options: ${flag} and --cgroups=disabled`,
    });
  });
}

Deno.test("cgroupParent() is absolute and does not end in a slash", () => {
  const parents: [string | undefined, string][] = [
    [undefined, "/tsdocker"],
    ["", "/tsdocker"],
    ["/", ""],
    ["ci", "/ci"],
    ["/ci//jobs/", "/ci/jobs"],
    ["machine.slice", "/machine.slice"],
    ["a..b/...", "/a..b/..."],
  ];
  for (const [text, path] of parents) assert.equal(cgroupParent(text), path);
});

Deno.test("cgroupParent() leads nowhere else", () => {
  for (const text of ["..", "../x", "/a/../..", "a/./b", "a\nb", "a\0"]) {
    assert.throws(() => cgroupParent(text), {
      name: "UsageError",
      message:
        `invalid cgroup parent "${text}": it has to be a path without "." and ".."`,
    });
  }
});
