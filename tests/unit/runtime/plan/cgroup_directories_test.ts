/** @module */
import assert from "node:assert/strict";
import type { CgroupFile } from "../../../../lib/runtime/cgroups/hierarchy.ts";
import type { SurveyedHierarchy } from "../../../../lib/runtime/cgroups/survey.ts";
import { directorySteps } from "../../../../lib/runtime/plan/cgroup_directories.ts";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import { v1Hierarchy, v2Hierarchy } from "../../../support/cgroup_surveys.ts";

/** What is made and written, without the opens. */
function made(
  hierarchy: SurveyedHierarchy,
  path = "/tsdocker/box",
  files: readonly CgroupFile[] = [],
): string[] {
  const steps = directorySteps(hierarchy, path, files);
  for (const { why } of steps) assert.ok(why.length > 10, why);
  return steps.map(describeStep).map((text) =>
    text.replace(/^openat\(AT_FDCWD, ("[^"]*").*$/, "open $1")
      .replace("AT_FDCWD, ", "")
  );
}

Deno.test("directorySteps() makes the container's own if its parent exists", () => {
  assert.deepEqual(made(v1Hierarchy("pids")), [
    'mkdirat("/sys/fs/cgroup/pids/tsdocker/box", 0755)',
  ]);
  assert.deepEqual(made(v2Hierarchy()), [
    'mkdirat("/sys/fs/cgroup/tsdocker/box", 0755)',
  ]);
});

Deno.test("directorySteps() makes parents, whoever is first, and then its own", () => {
  const levels = ["", "/a", "/a/b"].map((path) => ({
    path,
    exists: path === "",
  }));
  const steps = directorySteps(
    v1Hierarchy("pids", { levels }),
    "/a/b/box",
    [],
  );
  assert.deepEqual(steps.map(({ args }) => args[1]), [
    "/sys/fs/cgroup/pids/a",
    "/sys/fs/cgroup/pids/a/b",
    "/sys/fs/cgroup/pids/a/b/box",
  ]);
  assert.deepEqual(steps.map(({ tolerate }) => tolerate), [
    ["EEXIST"],
    ["EEXIST"],
    undefined,
  ]);
});

Deno.test("directorySteps() passes CPUs and memory nodes down on v1", () => {
  const levels = [
    { path: "", exists: true, cpus: "0-3", mems: "0-1" },
    { path: "/a", exists: true, cpus: "0-1", mems: "" },
    { path: "/a/b", exists: false, cpus: "", mems: "" },
  ];
  assert.deepEqual(made(v1Hierarchy("cpuset", { levels }), "/a/b/box"), [
    'open "/sys/fs/cgroup/cpuset/a/cpuset.mems"',
    'write($cpuset.mems, "0-1", 3)',
    'mkdirat("/sys/fs/cgroup/cpuset/a/b", 0755)',
    'open "/sys/fs/cgroup/cpuset/a/b/cpuset.cpus"',
    'write($cpuset.cpus, "0-1", 3)',
    'open "/sys/fs/cgroup/cpuset/a/b/cpuset.mems"',
    'write($cpuset.mems, "0-1", 3)',
    'mkdirat("/sys/fs/cgroup/cpuset/a/b/box", 0755)',
    'open "/sys/fs/cgroup/cpuset/a/b/box/cpuset.cpus"',
    'write($cpuset.cpus, "0-1", 3)',
    'open "/sys/fs/cgroup/cpuset/a/b/box/cpuset.mems"',
    'write($cpuset.mems, "0-1", 3)',
  ]);
});

Deno.test("directorySteps() inherits only what is not chosen on v1", () => {
  const chosen = {
    controller: "cpuset",
    file: "cpuset.cpus",
    value: "1",
  } as const;
  const steps = made(v1Hierarchy("cpuset"), undefined, [chosen]);
  assert.deepEqual(steps.slice(1), [
    'open "/sys/fs/cgroup/cpuset/tsdocker/box/cpuset.mems"',
    'write($cpuset.mems, "0", 1)',
    'open "/sys/fs/cgroup/cpuset/tsdocker/box/cpuset.cpus"',
    'write($cpuset.cpus, "1", 1)',
  ]);
});

Deno.test("directorySteps() hands controllers down at every level of v2", () => {
  const hierarchy = v2Hierarchy({
    controllers: ["cpu", "memory", "pids"],
    levels: [
      { path: "", exists: true, enabled: ["cpu", "hugetlb"] },
      { path: "/a", exists: true, enabled: ["cpu", "memory", "pids"] },
      { path: "/a/b", exists: false, enabled: [] },
    ],
  });
  assert.deepEqual(made(hierarchy, "/a/b/box"), [
    'open "/sys/fs/cgroup/cgroup.subtree_control"',
    'write($cgroup.subtree_control, "+memory +pids", 13)',
    'mkdirat("/sys/fs/cgroup/a/b", 0755)',
    'open "/sys/fs/cgroup/a/b/cgroup.subtree_control"',
    'write($cgroup.subtree_control, "+cpu +memory +pids", 18)',
    'mkdirat("/sys/fs/cgroup/a/b/box", 0755)',
  ]);
});

Deno.test("directorySteps() enables nothing on a v2 without controllers", () => {
  const hierarchy = v2Hierarchy({
    mountPoint: "/sys/fs/cgroup/unified",
    controllers: [],
    levels: [
      { path: "", exists: true, enabled: [] },
      { path: "/tsdocker", exists: false, enabled: [] },
    ],
  });
  assert.deepEqual(made(hierarchy), [
    'mkdirat("/sys/fs/cgroup/unified/tsdocker", 0755)',
    'mkdirat("/sys/fs/cgroup/unified/tsdocker/box", 0755)',
  ]);
});

Deno.test("directorySteps() says what each hierarchy is for", () => {
  const whyOf = (hierarchy: SurveyedHierarchy): string =>
    directorySteps(hierarchy, "/tsdocker/box", [])[0]?.why ?? "";
  assert.match(whyOf(v1Hierarchy("cpu,cpuacct")), /limits cpu, cpuacct$/);
  assert.match(whyOf(v1Hierarchy("name=systemd")), /host's services$/);
  assert.match(whyOf(v2Hierarchy({ controllers: [] })), /together$/);
});
