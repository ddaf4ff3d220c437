/** @module */
import assert from "node:assert/strict";
import {
  type CgroupSurvey,
  hierarchyOf,
  surveyCgroups,
  type SurveyedV2,
  surveyMounts,
} from "../../../../lib/runtime/cgroups/survey.ts";
import {
  fakeHierarchy,
  type FakeTree,
  v2Files,
} from "../../../support/cgroup_trees.ts";
import {
  NO_CGROUPS,
  v1Hierarchy,
  v1Survey,
  v2Hierarchy,
} from "../../../support/cgroup_surveys.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const ALL = "cpuset cpu io memory hugetlb pids";
const DOMAIN = { "cgroup.type": "domain" };

function surveyV2(tree: FakeTree, path = "/tsdocker/box"): SurveyedV2 {
  using directory = new TemporaryDirectory();
  const mount = fakeHierarchy(directory.path, "v2", tree);
  const [found] = surveyMounts([mount], path).hierarchies;
  assert.ok(found?.version === "v2");
  const occupied = found.occupied?.replace(directory.path, "ROOT");
  return { ...found, ...(occupied === undefined ? {} : { occupied }) };
}

function surveyCpuset(tree: FakeTree, path: string): CgroupSurvey {
  using directory = new TemporaryDirectory();
  return surveyMounts(
    [fakeHierarchy(directory.path, "v1", tree, ["cpuset"])],
    path,
  );
}

Deno.test("surveyMounts() of v2 tells what each level hands down", () => {
  const survey = surveyV2({
    "": v2Files(ALL, "cpu memory"),
    "/a": v2Files("cpu memory", "cpu", DOMAIN),
  }, "/a/b/c");
  assert.deepEqual(survey.levels, [
    { path: "", exists: true, enabled: ["cpu", "memory"] },
    { path: "/a", exists: true, enabled: ["cpu"] },
    { path: "/a/b", exists: false, enabled: [] },
  ]);
  assert.deepEqual(survey.controllers, [
    "cpuset",
    "cpu",
    "io",
    "memory",
    "pids",
  ]);
  assert.equal(survey.occupied, undefined);
});

Deno.test("surveyMounts() of v2 has what the host's root offers, not more", () => {
  const survey = surveyV2({ "": v2Files("memory hugetlb rdma", "") });
  assert.deepEqual(survey.controllers, ["memory"]);
  assert.deepEqual(surveyV2({ "": v2Files("", "") }).controllers, []);
});

Deno.test("surveyMounts() of v2 lets the real root have processes", () => {
  const root = v2Files(ALL, "", { "cgroup.procs": "1\n2" });
  assert.equal(surveyV2({ "": root }).occupied, undefined);
});

Deno.test("surveyMounts() of v2 leaves occupied cgroups as they are", () => {
  const namespace = v2Files(ALL, "pids", { ...DOMAIN, "cgroup.procs": "1" });
  const inside = surveyV2({ "": namespace });
  assert.deepEqual(inside.controllers, ["pids"]);
  assert.equal(inside.occupied, "ROOT");

  const parent = surveyV2({
    "": v2Files(ALL, ALL),
    "/jobs": v2Files(ALL, "cpu pids", { ...DOMAIN, "cgroup.procs": "7" }),
  }, "/jobs/box");
  assert.deepEqual(parent.controllers, ["cpu", "pids"]);
  assert.equal(parent.occupied, "ROOT/jobs");
});

Deno.test("surveyMounts() of v2 enables nothing where threads are", () => {
  const survey = surveyV2({
    "": v2Files(ALL, ALL),
    "/jobs": v2Files("cpu pids", "cpu", { "cgroup.type": "threaded" }),
  }, "/jobs/box");
  assert.deepEqual(survey.controllers, ["cpu"]);
  assert.equal(survey.occupied, "ROOT/jobs");
});

Deno.test("surveyMounts() of v2 does not mind processes if all is enabled", () => {
  const files = v2Files(ALL, ALL, { ...DOMAIN, "cgroup.procs": "7" });
  assert.equal(surveyV2({ "": files }).occupied, undefined);
});

Deno.test("surveyMounts() of v1 reads CPUs and memory nodes of each level", () => {
  const survey = surveyCpuset({
    "": { "cpuset.cpus": "0-3", "cpuset.mems": "0" },
    "/a": { "cpuset.cpus": "", "cpuset.mems": "" },
  }, "/a/b/c");
  assert.deepEqual(survey.hierarchies[0]?.levels, [
    { path: "", exists: true, cpus: "0-3", mems: "0" },
    { path: "/a", exists: true, cpus: "", mems: "" },
    { path: "/a/b", exists: false, cpus: "", mems: "" },
  ]);
});

Deno.test("surveyMounts() looks for optional files when asked, not before", () => {
  const files = v2Files("memory", "memory");
  for (
    const [version, path] of [
      ["v1", "memory.swappiness"],
      ["v2", "a/memory.swap.max"],
    ] as const
  ) {
    using directory = new TemporaryDirectory();
    const tree = { "": files, "/a": files };
    const mount = fakeHierarchy(directory.path, version, tree, ["memory"]);
    const [found] = surveyMounts([mount], "/a/box").hierarchies;
    const name = path.replace("a/", "");
    const before = found?.lacks(name);
    Deno.writeTextFileSync(`${directory.path}/${path}`, "");
    assert.deepEqual([before, found?.lacks(name)], [true, false], version);
  }
});

Deno.test("surveyMounts() detects by controller, whatever the version", () => {
  using v1 = new TemporaryDirectory();
  using v2 = new TemporaryDirectory();
  const survey = surveyMounts([
    fakeHierarchy(v1.path, "v1", { "": {} }, ["cpu", "cpuacct"]),
    fakeHierarchy(v2.path, "v2", { "": v2Files("memory", "") }),
  ], "/box");
  assert.equal(survey.mode, "hybrid");
  assert.equal(hierarchyOf(survey, "cpu")?.version, "v1");
  assert.equal(hierarchyOf(survey, "memory")?.version, "v2");
  assert.equal(hierarchyOf(survey, "pids"), undefined);
});

Deno.test("surveyMounts() of nothing is no cgroups", () => {
  assert.deepEqual(surveyMounts([], "/tsdocker/box"), NO_CGROUPS);
});

Deno.test("hierarchyOf() finds the one that has any of the names", () => {
  assert.equal(hierarchyOf(v1Survey(), "blkio", "io")?.data, "blkio");
  const both = {
    mode: "hybrid",
    hierarchies: [v1Hierarchy("memory"), v2Hierarchy({ controllers: ["io"] })],
  } as const;
  assert.equal(hierarchyOf(both, "blkio", "io")?.version, "v2");
});

Deno.test("surveyCgroups() looks at this host without changing it", () => {
  const before = Deno.readTextFileSync("/proc/self/cgroup");
  const path = `/tsdocker-test-${crypto.randomUUID()}/box`;
  const survey = surveyCgroups(path);
  for (const { mountPoint, levels } of survey.hierarchies) {
    assert.equal(levels.length, 2);
    assert.ok(levels[1]?.exists !== true);
    assert.throws(() => Deno.lstatSync(`${mountPoint}${levels[1]?.path}`));
  }
  assert.equal(Deno.readTextFileSync("/proc/self/cgroup"), before);
});
