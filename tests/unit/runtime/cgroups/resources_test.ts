/** @module */
import assert from "node:assert/strict";
import {
  deviceAccessOfProgram,
  judgesDevices,
  resourceFiles,
} from "../../../../lib/runtime/cgroups/resources.ts";
import type { LinuxResources } from "../../../../lib/oci/linux_resources.ts";
import type { CgroupSurvey } from "../../../../lib/runtime/cgroups/survey.ts";
import {
  NO_CGROUPS,
  v1Hierarchy,
  v1Survey,
  v2Hierarchy,
  v2Survey,
  without,
} from "../../../support/cgroup_surveys.ts";

const RESOURCES: LinuxResources = {
  memory: { limit: 6_291_456 },
  cpu: { shares: 1024, cpus: "0" },
  pids: { limit: 10 },
  blockIO: {
    weight: 1000,
    throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1024 }],
  },
  devices: [{ allow: false, access: "rwm" }],
};

function written(survey: CgroupSurvey, resources = RESOURCES): string[] {
  return resourceFiles(resources, survey).map(({ controller, file, value }) =>
    `${controller} ${file}=${value}`
  );
}

Deno.test("resourceFiles() writes the files of v1 on v1", () => {
  assert.deepEqual(written(v1Survey()), [
    "memory memory.limit_in_bytes=6291456",
    "cpu cpu.shares=1024",
    "cpuset cpuset.cpus=0",
    "pids pids.max=10",
    "blkio blkio.bfq.weight=1000",
    "blkio blkio.throttle.read_bps_device=8:0 1024",
    "devices devices.deny=a",
  ]);
});

Deno.test("resourceFiles() writes the files of v2 on v2, but no devices", () => {
  assert.deepEqual(written(v2Survey()), [
    "memory memory.max=6291456",
    "cpu cpu.weight=100",
    "cpuset cpuset.cpus=0",
    "pids pids.max=10",
    "io io.weight=10000",
    "io io.max=8:0 rbps=1024",
  ]);
});

Deno.test("resourceFiles() writes each weight of I/O that v2 has", () => {
  const survey = v2Survey(without());
  assert.deepEqual(written(survey, { blockIO: { weight: 100 } }), [
    "io io.weight=910",
    "io io.bfq.weight=100",
  ]);
});

Deno.test("resourceFiles() decides by controller on a hybrid host", () => {
  const survey: CgroupSurvey = {
    mode: "hybrid",
    hierarchies: [
      v1Hierarchy("cpu"),
      v1Hierarchy("cpuset"),
      v1Hierarchy("devices"),
      v2Hierarchy({ controllers: ["memory", "pids", "io"] }),
    ],
  };
  assert.deepEqual(written(survey), [
    "memory memory.max=6291456",
    "cpu cpu.shares=1024",
    "cpuset cpuset.cpus=0",
    "pids pids.max=10",
    "io io.weight=10000",
    "io io.max=8:0 rbps=1024",
    "devices devices.deny=a",
  ]);
});

Deno.test("resourceFiles() writes nothing if nothing is limited", () => {
  for (const survey of [v1Survey(), v2Survey(), NO_CGROUPS]) {
    const empty = { memory: {}, cpu: {}, blockIO: {} };
    assert.deepEqual(resourceFiles(empty, survey), []);
    assert.deepEqual(resourceFiles({}, survey), []);
  }
});

Deno.test("resourceFiles() refuses a limit that has no controller", () => {
  const survey = v2Survey({ controllers: ["cpu"] });
  assert.throws(() => resourceFiles({ pids: { limit: 1 } }, survey), {
    name: "HostError",
    message:
      'Cannot limit the container: this host has no cgroups with the controller "pids"',
  });
  assert.throws(() => resourceFiles({ cpu: { cpus: "0" } }, survey), {
    name: "HostError",
    message: /"cpuset"$/,
  });
  assert.deepEqual(written(survey, { cpu: { shares: 1024 } }), [
    "cpu cpu.weight=100",
  ]);
});

Deno.test("judgesDevices() prefers the files of v1", () => {
  assert.equal(judgesDevices(v1Survey()), "files");
  assert.equal(judgesDevices(v2Survey({ controllers: [] })), "program");
  assert.equal(judgesDevices(NO_CGROUPS), "nothing");
  const hierarchies = [v2Hierarchy(), v1Hierarchy("devices")];
  assert.equal(judgesDevices({ hierarchies }), "files");
  const others = [v1Hierarchy("cpu"), v2Hierarchy({ controllers: [] })];
  assert.equal(
    judgesDevices({ hierarchies: others }),
    "program",
  );
});

Deno.test("deviceAccessOfProgram() is for a program alone", () => {
  const { devices } = RESOURCES;
  assert.deepEqual(deviceAccessOfProgram(devices, v2Survey()), {
    default: "deny",
    exceptions: [],
  });
  assert.equal(deviceAccessOfProgram(devices, v1Survey()), undefined);
  assert.equal(deviceAccessOfProgram(undefined, v2Survey()), undefined);
});
