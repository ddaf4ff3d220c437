/** @module */
import assert from "node:assert/strict";
import {
  checkCgroups,
  checkControllers,
  checkDevices,
  checkFreezer,
} from "../../../../lib/engine/doctor/cgroups.ts";
import type { CheckResult } from "../../../../lib/engine/doctor/check_result.ts";
import { CONTROLLER_FACTS } from "../../../../lib/engine/doctor/controllers.ts";
import type {
  Answer,
  Trial,
} from "../../../../lib/engine/doctor/host_probe.ts";
import {
  type CgroupSurvey,
  type SurveyedHierarchy,
  V2_CONTROLLERS,
} from "../../../../lib/runtime/cgroups/survey.ts";
import {
  type FakeHost,
  fakeProbe,
  refused,
  surveyedV1,
  surveyedV2,
  WORKS,
} from "../../../support/fake_probe.ts";

const V1 = [
  "memory",
  "cpu",
  "cpuset",
  "pids",
  "blkio",
  "freezer",
  "devices",
] as const;

/** A host with these hierarchies. */
function host(
  mode: CgroupSurvey["mode"],
  ...hierarchies: readonly SurveyedHierarchy[]
): FakeHost {
  return { surveyCgroups: () => ({ mode, hierarchies }) };
}

/** A host with cgroup v1, without a controller. */
function v1(without?: typeof V1[number]): FakeHost {
  const hierarchies = V1.filter((name) => name !== without)
    .map((name) => surveyedV1(name));
  return host("v1", ...hierarchies);
}

function results(host: FakeHost): Map<string, CheckResult> {
  const probe = fakeProbe(host);
  return new Map(
    [
      checkCgroups(probe),
      ...checkControllers(probe),
      checkFreezer(probe),
      checkDevices(probe),
    ].map((result) => [result.id, result]),
  );
}

function notOk(host: FakeHost): string[] {
  return [...results(host).values()].filter(({ status }) => status !== "ok")
    .map(({ id, status }) => `${id} ${status}`);
}

Deno.test("the checks of cgroups are content with v2 and with v1", () => {
  assert.deepEqual(notOk({}), []);
  assert.deepEqual(notOk(v1()), []);
  assert.equal(
    results({}).get("cgroups")?.detail,
    `v2: ${V2_CONTROLLERS.join(", ")}`,
  );
  assert.match(results(v1()).get("cgroups")?.detail ?? "", /^v1: memory, cpu,/);
});

Deno.test("checkControllers() says where each controller is", () => {
  assert.equal(
    results(v1()).get("cgroup-io")?.detail,
    "v1 in /sys/fs/cgroup/blkio",
  );
  assert.equal(
    results({}).get("cgroup-memory")?.detail,
    "v2 in /sys/fs/cgroup; --memory-swappiness and --oom-kill-disable are " +
      "of v1 only",
  );
});

Deno.test("the checks miss each controller of v1 on its own", () => {
  for (const name of V1) {
    const id = `cgroup-${name === "blkio" ? "io" : name}`;
    assert.deepEqual(notOk(v1(name)), [`${id} missing`]);
    const result = results(v1(name)).get(id);
    assert.ok(result?.costs);
    assert.equal(result?.stopsRun, undefined);
  }
});

Deno.test("the checks miss each controller of v2 on its own", () => {
  for (const name of V2_CONTROLLERS) {
    const controllers = V2_CONTROLLERS.filter((other) => other !== name);
    const without = host("v2", surveyedV2({ controllers }));
    assert.deepEqual(notOk(without), [`cgroup-${name} missing`]);
  }
});

Deno.test("checkControllers() knows the flags that need each", () => {
  assert.deepEqual(results(v1("memory")).get("cgroup-memory")?.flags, [
    "--memory",
    "--memory-reservation",
    "--memory-swap",
    "--memory-swappiness",
    "--oom-kill-disable",
  ]);
  assert.deepEqual(results(v1("pids")).get("cgroup-pids")?.flags, [
    "--pids-limit",
  ]);
});

Deno.test("every part has one flag or more, and none is of two parts", () => {
  const flags = CONTROLLER_FACTS.flatMap(({ parts }) =>
    parts.flatMap(({ flags }) => flags)
  );
  assert.equal(new Set(flags).size, flags.length);
  for (const { parts } of CONTROLLER_FACTS) {
    for (const { flags, name } of parts) assert.ok(flags.length > 0, name);
  }
});

Deno.test("a hybrid host has each controller where it is", () => {
  const unified = "/sys/fs/cgroup/unified";
  const found = results(host(
    "hybrid",
    surveyedV1("memory"),
    surveyedV1("devices"),
    surveyedV2({ mountPoint: unified, controllers: ["pids"] }),
  ));
  assert.equal(
    found.get("cgroup-memory")?.detail,
    "v1 in /sys/fs/cgroup/memory",
  );
  assert.equal(found.get("cgroup-pids")?.detail, `v2 in ${unified}`);
  assert.equal(found.get("cgroup-cpu")?.status, "missing");
  // Neither takes a controller on v2, but v1 comes first for devices.
  assert.equal(found.get("cgroup-freezer")?.detail, `v2 in ${unified}`);
  assert.equal(
    found.get("cgroup-devices")?.detail,
    "v1 in /sys/fs/cgroup/devices",
  );
});

Deno.test("without any hierarchy everything is missing, and run works", () => {
  const found = [...results(host("none")).values()];
  assert.equal(found.length, 8);
  assert.ok(found.every(({ status }) => status === "missing"));
  assert.ok(found.every(({ stopsRun }) => stopsRun === undefined));
});

Deno.test("cgroups that cannot be made stop run", () => {
  const makeCgroup = (parent: string): Answer =>
    parent.endsWith("/cpu") ? refused("mkdirat: EACCES") : WORKS;
  const result = results({ ...v1(), makeCgroup }).get("cgroups");
  assert.equal(result?.status, "missing");
  assert.equal(result?.detail, "mkdirat: EACCES in /sys/fs/cgroup/cpu");
  assert.match(result?.costs ?? "", /--cgroups=disabled/);
  assert.ok(result?.stopsRun);
});

Deno.test("checkControllers() finds out why a controller of v1 is absent", () => {
  const fix = (line: string): string | undefined =>
    results({ ...v1("memory"), files: { "/proc/cgroups": line } })
      .get("cgroup-memory")?.fix;
  assert.equal(
    fix("memory\t0\t1\t0\n"),
    "boot without cgroup_disable=memory",
  );
  assert.equal(
    fix("memory\t0\t1\t1\n"),
    "mount -t cgroup -o memory cgroup /sys/fs/cgroup/memory",
  );
  assert.equal(fix("cpu\t0\t1\t1\n"), "a kernel that has it");
});

Deno.test("a controller that is not handed down can be, above", () => {
  const without = host("v2", surveyedV2({ controllers: ["memory"] }));
  const below = { ...without, exists: () => true };
  assert.match(results(below).get("cgroup-cpu")?.fix ?? "", /Delegate=yes/);
  const top = { ...without, exists: () => false };
  assert.match(results(top).get("cgroup-cpu")?.fix ?? "", /^a kernel/);
});

Deno.test("processes in a cgroup on the way keep controllers off", () => {
  const occupied = "/sys/fs/cgroup";
  const found = results(
    host("v2", surveyedV2({ controllers: ["memory"], occupied })),
  );
  assert.equal(found.get("cgroup-memory")?.status, "ok");
  assert.equal(found.get("cgroup-pids")?.status, "missing");
  assert.match(found.get("cgroup-pids")?.fix ?? "", /mkdir .*\/init/);
});

Deno.test("parts of a controller that a kernel lacks degrade it", () => {
  const without = (...files: string[]): FakeHost =>
    host("v2", surveyedV2({ lacks: (file) => files.includes(file) }));
  const swap = results(without("memory.swap.max")).get("cgroup-memory");
  assert.equal(swap?.status, "degraded");
  assert.equal(swap?.detail, "v2 in /sys/fs/cgroup, without swap accounting");
  assert.deepEqual(swap?.flags, [
    "--memory-swap",
    "--memory-swappiness",
    "--oom-kill-disable",
  ]);
  const weight = results(without("io.weight", "io.bfq.weight"));
  assert.deepEqual(weight.get("cgroup-io")?.flags, ["--blkio-weight"]);
  assert.deepEqual(notOk(without("io.bfq.weight")), []);
  assert.deepEqual(results(without("cpu.max")).get("cgroup-cpu")?.flags, [
    "--cpus",
    "--cpu-period",
    "--cpu-quota",
  ]);
});

Deno.test("checkDevices() loads a program on v2, and none on v1", () => {
  const calls: Trial[] = [];
  const attempt = (trial: Trial): Answer => {
    calls.push(trial);
    return refused("bpf: EPERM");
  };
  assert.equal(
    results({ ...v1(), attempt }).get("cgroup-devices")?.detail,
    "v1 in /sys/fs/cgroup/devices",
  );
  assert.equal(calls.length, 0);
  const result = results({ attempt }).get("cgroup-devices");
  assert.equal(calls[0]?.calls?.[0]?.call, "bpf");
  assert.deepEqual([result?.status, result?.detail], ["missing", "bpf: EPERM"]);
  assert.ok(result?.stopsRun);
  assert.equal(
    results({ attempt: () => WORKS }).get("cgroup-devices")?.detail,
    "v2, by a BPF program",
  );
});
