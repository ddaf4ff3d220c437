/** @module */
import assert from "node:assert/strict";
import {
  hierarchyOf,
  surveyCgroups,
} from "../../../../lib/runtime/cgroups/survey.ts";
import { cgroupTest } from "../../../support/container_cgroup.ts";

cgroupTest("surveyCgroups() sees the levels that have been made", (cgroup) => {
  assert.ok(
    cgroup.survey.hierarchies.every(({ levels }) => !levels[1]?.exists),
  );
  cgroup.launch("true").finish();
  for (const hierarchy of surveyCgroups(cgroup.path).hierarchies) {
    const [, parent] = hierarchy.levels;
    assert.ok(parent?.exists, hierarchy.mountPoint);
    if (hierarchy.version === "v2") {
      for (const controller of hierarchy.controllers) {
        const { enabled } = hierarchy.levels[1] ?? {};
        assert.ok(enabled?.includes(controller), controller);
      }
    }
  }
});

cgroupTest("surveyCgroups() tells CPUs that the parent has", (cgroup) => {
  cgroup.launch("true").finish();
  const cpuset = hierarchyOf(surveyCgroups(cgroup.path), "cpuset");
  if (cpuset?.version !== "v1") return;
  const [root, parent] = cpuset.levels;
  assert.ok(root?.cpus);
  assert.deepEqual([parent?.cpus, parent?.mems], [root.cpus, root.mems]);
});

cgroupTest("surveyCgroups() knows the files that a cgroup lacks", (cgroup) => {
  cgroup.launch("true").finish();
  const { hierarchies } = surveyCgroups(cgroup.path);
  for (const { version, mountPoint, lacks } of hierarchies) {
    const directory = `${mountPoint}${cgroup.path}`;
    const present = Array.from(Deno.readDirSync(directory), ({ name }) => name);
    assert.deepEqual(present.filter(lacks), [], version);
  }
});

cgroupTest(
  "surveyCgroups() finds a parent with processes occupied",
  (cgroup) => {
    const v2 = cgroup.survey.hierarchies.find(({ version, controllers }) =>
      version === "v2" && controllers.length > 0
    );
    if (v2 === undefined) return;
    const parent = `${v2.mountPoint}${cgroup.parent}`;
    Deno.mkdirSync(parent);
    const child = new Deno.Command("sleep", { args: ["1000"] }).spawn();
    Deno.writeTextFileSync(`${parent}/cgroup.procs`, String(child.pid));
    const [found] = surveyCgroups(cgroup.path).hierarchies.filter((
      { version },
    ) => version === "v2");
    assert.ok(found?.version === "v2");
    assert.equal(found.occupied, parent);
    assert.deepEqual(found.controllers, []);
    // Without controllers, it can still be started there.
    const { warnings, finish } = cgroup.launch("cat /proc/self/cgroup");
    assert.deepEqual(warnings, []);
    assert.match(finish().output, new RegExp(`^0::.*${cgroup.path}$`, "m"));
    child.kill("SIGKILL");
    return child.status.then(() => {});
  },
);
