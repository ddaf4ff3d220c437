/** @module */
import assert from "node:assert/strict";
import { killIn } from "../../../../lib/runtime/cgroups/kill.ts";
import { mountedHierarchies } from "../../../../lib/runtime/cgroups/mount_table.ts";
import { cgroupTest } from "../../../support/container_cgroup.ts";
import { rootTest } from "../../../support/root.ts";

const KILLED = 137;

cgroupTest("killIn() kills and leaves the cgroup", (cgroup) => {
  const shell = cgroup.launch("sleep 1000 & exec sleep 1000");
  killIn(mountedHierarchies(), cgroup.path);
  assert.equal(shell.exitStatus(), KILLED);
  assert.equal(cgroup.remaining().length, cgroup.survey.hierarchies.length);
});

cgroupTest("killIn() kills one by one where nothing else works", (cgroup) => {
  const shell = cgroup.launch("exec sleep 1000");
  // Of v1 without a freezer; of v2 without `cgroup.kill`, as before Linux 5.14.
  const plain = mountedHierarchies()
    .filter(({ controllers }) => !controllers.includes("freezer"))
    .map((hierarchy) => ({ ...hierarchy, version: "v1" as const }));
  killIn(plain, cgroup.path);
  assert.equal(shell.exitStatus(), KILLED);
});

cgroupTest("killIn() spares who is listed but is elsewhere", (cgroup) => {
  const shell = cgroup.launch("exec sleep 1000");
  const hierarchies = mountedHierarchies().map((hierarchy) => ({
    ...hierarchy,
    version: "v1" as const,
    controllers: [],
  }));
  // By another name of the same place, its process is not known to be there.
  killIn(hierarchies, `/.${cgroup.path}`);
  Deno.kill(shell.pid, "SIGTERM");
  assert.equal(shell.finish().status, 128 + 15);
});

rootTest("killIn() of what never was does nothing", () => {
  const path = `/tsdocker-test-${crypto.randomUUID()}/box`;
  killIn(mountedHierarchies(), path);
});
