/** @module */
import assert from "node:assert/strict";
import type { LinuxResources } from "../../../../lib/oci/linux_resources.ts";
import type { CgroupSurvey } from "../../../../lib/runtime/cgroups/survey.ts";
import {
  type CgroupPlan,
  cgroupSteps,
  joinCgroupSteps,
} from "../../../../lib/runtime/plan/cgroups.ts";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import {
  NO_CGROUPS,
  v1Hierarchy,
  v1Survey,
  v2Hierarchy,
  v2Survey,
} from "../../../support/cgroup_surveys.ts";
import { runtimeSpec } from "../../../support/runtime_spec.ts";

const DENY_ALL = [{ allow: false, access: "rwm" }];

function plan(
  survey: CgroupSurvey,
  resources: LinuxResources = {},
): CgroupPlan {
  const linux = { cgroupsPath: "/tsdocker/box", resources };
  return cgroupSteps(runtimeSpec({ linux }), survey);
}

function texts(steps: CgroupPlan["prepare"] | CgroupPlan["child"]): string[] {
  return steps.map(describeStep);
}

Deno.test("cgroupSteps() makes, fills in and joins each hierarchy of v1", () => {
  const survey: CgroupSurvey = {
    mode: "v1",
    hierarchies: [v1Hierarchy("memory"), v1Hierarchy("name=systemd")],
  };
  const { prepare, child, cgroup } = plan(survey, { memory: { limit: 4096 } });
  assert.deepEqual(texts(prepare), [
    'mkdirat(AT_FDCWD, "/sys/fs/cgroup/memory/tsdocker/box", 0755)',
    'openat(AT_FDCWD, "/sys/fs/cgroup/memory/tsdocker/box/memory.limit_in_bytes", O_WRONLY|O_CLOEXEC)',
    'write($memory.limit_in_bytes, "4096", 4)',
    'openat(AT_FDCWD, "/sys/fs/cgroup/memory/tsdocker/box/tasks", O_WRONLY|O_CLOEXEC)',
    'mkdirat(AT_FDCWD, "/sys/fs/cgroup/systemd/tsdocker/box", 0755)',
    'openat(AT_FDCWD, "/sys/fs/cgroup/systemd/tsdocker/box/tasks", O_WRONLY|O_CLOEXEC)',
  ]);
  assert.deepEqual(texts(child), [
    'write($cgroup.memory, "0", 1)',
    'write($cgroup.name=systemd, "0", 1)',
  ]);
  assert.equal(cgroup, undefined);
});

Deno.test("cgroupSteps() has the process born into its cgroup on v2", () => {
  const { prepare, child, cgroup } = plan(v2Survey(), { pids: { limit: 9 } });
  assert.deepEqual(texts(prepare), [
    'mkdirat(AT_FDCWD, "/sys/fs/cgroup/tsdocker/box", 0755)',
    'openat(AT_FDCWD, "/sys/fs/cgroup/tsdocker/box/pids.max", O_WRONLY|O_CLOEXEC)',
    'write($pids.max, "9", 1)',
    'openat(AT_FDCWD, "/sys/fs/cgroup/tsdocker/box", O_PATH|O_DIRECTORY|O_CLOEXEC)',
  ]);
  assert.deepEqual(child, []);
  assert.equal(cgroup, prepare.at(-1)?.as);
});

Deno.test("cgroupSteps() joins both on a hybrid host", () => {
  const { child, cgroup } = plan({
    mode: "hybrid",
    hierarchies: [v1Hierarchy("pids"), v2Hierarchy({ controllers: [] })],
  }, { pids: { limit: 9 } });
  assert.deepEqual(texts(child), ['write($cgroup.pids, "0", 1)']);
  assert.equal(cgroup, "cgroup.v2");
});

Deno.test("cgroupSteps() attaches a program for devices on v2", () => {
  const { prepare } = plan(v2Survey(), { devices: DENY_ALL });
  assert.deepEqual(
    texts(prepare.slice(-2)).map((text) =>
      text.replace(/\d+, \d+ instr/, "N, N instr")
    ),
    [
      'bpf(BPF_PROG_LOAD, {BPF_PROG_TYPE_CGROUP_DEVICE, N, N instructions, "MIT"}, 24)',
      "bpf(BPF_PROG_ATTACH, {$cgroup.v2, $cgroup.devices, BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI}, 16)",
    ],
  );
});

Deno.test("cgroupSteps() attaches none if all devices are allowed", () => {
  const { prepare } = plan(v2Survey(), { devices: [{ allow: true }] });
  assert.ok(prepare.every(({ call }) => call !== "bpf"));
});

Deno.test("cgroupSteps() leaves devices to v1 where that judges them", () => {
  const { prepare } = plan({
    mode: "hybrid",
    hierarchies: [v1Hierarchy("devices"), v2Hierarchy({ controllers: [] })],
  }, { devices: DENY_ALL });
  assert.ok(prepare.every(({ call }) => call !== "bpf"));
  assert.ok(texts(prepare).includes('write($devices.deny, "a", 1)'));
});

Deno.test("cgroupSteps() gives every step of all hierarchies a reason", () => {
  const { prepare, child } = plan(v1Survey(), {
    memory: { limit: 8192, swap: 8192, swappiness: 1, reservation: 4096 },
    cpu: { shares: 2, quota: 1000, period: 1000 },
    pids: { limit: 1 },
    blockIO: { weight: 10 },
  });
  assert.equal(child.length, 8);
  for (const { why } of [...prepare, ...child]) {
    assert.ok(why.length > 10);
    assert.ok(why !== "a limit that is asked for", "each file has its own");
  }
});

Deno.test("cgroupSteps() does nothing without a path or without cgroups", () => {
  const nothing = { prepare: [], child: [] };
  assert.deepEqual(cgroupSteps(runtimeSpec(), v1Survey()), nothing);
  assert.deepEqual(plan(NO_CGROUPS), nothing);
});

Deno.test("cgroupSteps() refuses a limit that this host cannot set", () => {
  assert.throws(() => plan(NO_CGROUPS, { pids: { limit: 9 } }), {
    name: "HostError",
  });
});

Deno.test("cgroupSteps() is pure: the same twice", () => {
  const resources = { devices: DENY_ALL, pids: { limit: 9 } };
  assert.deepEqual(plan(v2Survey(), resources), plan(v2Survey(), resources));
});

Deno.test("joinCgroupSteps() enters as cgroupSteps() does, and makes nothing", () => {
  const hierarchies = [v1Hierarchy("pids"), v2Hierarchy({ controllers: [] })];
  const made = plan({ mode: "hybrid", hierarchies });
  const joined = joinCgroupSteps(hierarchies.map((hierarchy) => ({
    ...hierarchy,
    directory: `${hierarchy.mountPoint}/tsdocker/box`,
  })));
  assert.deepEqual(joined.child, made.child);
  assert.equal(joined.cgroup, made.cgroup);
  assert.deepEqual(
    joined.prepare,
    made.prepare.filter(({ call, as }) =>
      call === "openat" && as !== undefined
    ),
  );
});

Deno.test("joinCgroupSteps() does nothing without cgroups", () => {
  assert.deepEqual(joinCgroupSteps([]), { prepare: [], child: [] });
});
