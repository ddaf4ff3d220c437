/** @module */
import assert from "node:assert/strict";
import type { LinuxResources } from "../../../../lib/oci/linux_resources.ts";
import { discardLimits } from "../../../../lib/runtime/cgroups/discard.ts";
import type { CgroupSurvey } from "../../../../lib/runtime/cgroups/survey.ts";
import {
  NO_CGROUPS,
  v1Hierarchy,
  v1Survey,
  v2Survey,
  without,
} from "../../../support/cgroup_surveys.ts";

const DEVICE = [{ major: 8, minor: 0, rate: 1024 }];

const EVERYTHING: LinuxResources = {
  memory: {
    limit: 64e6,
    swap: 128e6,
    reservation: 32e6,
    swappiness: 10,
    disableOOMKiller: true,
  },
  cpu: { shares: 512, period: 100_000, quota: 50_000, cpus: "0", mems: "0" },
  pids: { limit: 100 },
  blockIO: {
    weight: 500,
    throttleReadBpsDevice: DEVICE,
    throttleWriteBpsDevice: DEVICE,
    throttleReadIOPSDevice: DEVICE,
    throttleWriteIOPSDevice: DEVICE,
  },
  devices: [{ allow: false, access: "rwm" }],
};

/** Files that a host lacks, what was asked for, what is left, what is said. */
const CASES: readonly (readonly [
  string,
  CgroupSurvey,
  LinuxResources,
  LinuxResources,
  string[],
])[] = [
  [
    "memory without its controller",
    { mode: "v1", hierarchies: [v1Hierarchy("cpu")] },
    { memory: { limit: 64e6, swap: 128e6 } },
    { memory: {} },
    [
      "Your kernel does not support memory limit capabilities or the cgroup is not mounted. Limitation discarded.",
    ],
  ],
  [
    "swap that is not counted on v1",
    v1Survey({
      memory: without("memory.memsw.limit_in_bytes"),
    }),
    { memory: { limit: 64e6, swap: 128e6 } },
    { memory: { limit: 64e6 } },
    [
      "Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.",
    ],
  ],
  [
    "swap that is not counted on v2",
    v2Survey(without("memory.swap.max")),
    { memory: { limit: 64e6, swap: 64e6 } },
    { memory: { limit: 64e6 } },
    [
      "Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.",
    ],
  ],
  [
    "unlimited swap that is not counted",
    v2Survey(without("memory.swap.max")),
    { memory: { limit: 64e6, swap: -1 } },
    { memory: { limit: 64e6 } },
    [],
  ],
  [
    "what only v1 has",
    v2Survey(),
    { memory: { limit: 64e6, swappiness: 0, disableOOMKiller: true } },
    { memory: { limit: 64e6 } },
    [
      "Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.",
      "Your kernel does not support OomKillDisable. OomKillDisable discarded.",
    ],
  ],
  [
    "nothing if the OOM killer is to stay anyway",
    v2Survey(),
    { memory: { disableOOMKiller: false } },
    { memory: {} },
    [],
  ],
  [
    "unlimited tasks without their controller",
    NO_CGROUPS,
    { pids: { limit: -1 } },
    {},
    [],
  ],
  [
    "a quota, but not the shares",
    v1Survey({ "cpu,cpuacct": without("cpu.cfs_quota_us") }),
    { cpu: { shares: 2, quota: 1000, period: 2000 } },
    { cpu: { shares: 2 } },
    [
      "Your kernel does not support CPU CFS scheduler. CPU period/quota discarded.",
    ],
  ],
  [
    "one kind of throttle",
    v1Survey({
      blkio: without("blkio.throttle.write_iops_device"),
    }),
    {
      blockIO: {
        throttleReadBpsDevice: DEVICE,
        throttleWriteIOPSDevice: DEVICE,
      },
    },
    { blockIO: { throttleReadBpsDevice: DEVICE } },
    [
      "Your kernel does not support IOPS Block write limit or the cgroup is not mounted. Block I/O IOPS write limit discarded.",
    ],
  ],
  [
    "nothing, where no list has a device",
    NO_CGROUPS,
    { blockIO: { throttleReadBpsDevice: [] } },
    { blockIO: {} },
    [],
  ],
  [
    "what a parent with processes cannot hand down, and tells why",
    v2Survey({ controllers: [], occupied: "/sys/fs/cgroup" }),
    { pids: { limit: 9 } },
    {},
    [
      "Your kernel does not support PIDs limit capabilities or the cgroup is not mounted. PIDs limit discarded.",
      'No more controllers can be enabled in "/sys/fs/cgroup", as it has processes of its own. Move them into a cgroup below.',
    ],
  ],
];

for (const [what, survey, asked, left, warnings] of CASES) {
  Deno.test(`discardLimits() takes out ${what}`, () => {
    assert.deepEqual(discardLimits(survey, asked), {
      resources: left,
      warnings,
    });
  });
}

Deno.test("discardLimits() leaves all there is on a host with everything", () => {
  assert.deepEqual(discardLimits(v1Survey(), EVERYTHING), {
    resources: EVERYTHING,
    warnings: [],
  });
  const occupied = v2Survey({ occupied: "/sys/fs/cgroup" });
  assert.deepEqual(
    discardLimits(occupied, { pids: { limit: 1 } }).warnings,
    [],
    "what is not needed is not missed",
  );
});

Deno.test("discardLimits() warns of every limit on a host without cgroups", () => {
  const { resources, warnings } = discardLimits(NO_CGROUPS, EVERYTHING);
  assert.deepEqual(resources, { memory: {}, cpu: {}, blockIO: {} });
  assert.deepEqual(warnings, [
    "Your kernel does not support memory limit capabilities or the cgroup is not mounted. Limitation discarded.",
    "Your kernel does not support memory soft limit capabilities or the cgroup is not mounted. Limitation discarded.",
    "Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.",
    "Your kernel does not support OomKillDisable. OomKillDisable discarded.",
    "Your kernel does not support PIDs limit capabilities or the cgroup is not mounted. PIDs limit discarded.",
    "Your kernel does not support CPU shares or the cgroup is not mounted. Shares discarded.",
    "Your kernel does not support CPU CFS scheduler. CPU period/quota discarded.",
    "Your kernel does not support cpuset or the cgroup is not mounted. Cpuset discarded.",
    "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.",
    "Your kernel does not support BPS Block I/O read limit or the cgroup is not mounted. Block I/O BPS read limit discarded.",
    "Your kernel does not support BPS Block I/O write limit or the cgroup is not mounted. Block I/O BPS write limit discarded.",
    "Your kernel does not support IOPS Block read limit or the cgroup is not mounted. Block I/O IOPS read limit discarded.",
    "Your kernel does not support IOPS Block write limit or the cgroup is not mounted. Block I/O IOPS write limit discarded.",
    "Your kernel does not support device limits or the cgroup is not mounted. Access to devices is not limited.",
  ]);
});

Deno.test("discardLimits() warns of waiting for memory that never comes", () => {
  const memory = { disableOOMKiller: true };
  assert.deepEqual(discardLimits(v1Survey(), { memory }), {
    resources: { memory },
    warnings: [
      "OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.",
    ],
  });
});

Deno.test("discardLimits() refuses to go on without --cpus, as docker does", () => {
  const cpu = { quota: 50_000, period: 100_000 };
  assert.throws(() => discardLimits(NO_CGROUPS, { cpu }, { nanoCpus: 5e8 }), {
    name: "HostError",
    message:
      "NanoCPUs can not be set, as your kernel does not support CPU CFS scheduler or the cgroup is not mounted",
  });
  assert.deepEqual(
    discardLimits(v2Survey(), { cpu }, { nanoCpus: 5e8 }).resources,
    { cpu },
  );
});
