/** @module */
import assert from "node:assert/strict";
import { removeCgroup } from "../../../../lib/runtime/cgroups/remove.ts";
import {
  cgroupDirectories,
  cgroupTest,
} from "../../../support/container_cgroup.ts";
import { rootTest } from "../../../support/root.ts";

const KILLED = 137;
const FOREVER = "exec sleep 1000";

cgroupTest("removeCgroup() removes what an ended process leaves", (cgroup) => {
  assert.equal(cgroup.launch("exit 3").finish().status, 3);
  assert.equal(cgroup.remaining().length, cgroup.survey.hierarchies.length);
  assert.ok(removeCgroup(cgroup.path));
  assert.deepEqual(cgroup.remaining(), []);
  assert.notDeepEqual(
    cgroupDirectories(cgroup.parent),
    [],
    "a named parent stays",
  );
  assert.ok(removeCgroup(cgroup.path), "a second time does nothing");
});

cgroupTest("removeCgroup() ends what is left running", (cgroup) => {
  const shell = cgroup.launch(`sleep 1000 & (trap '' TERM; ${FOREVER}) & wait`);
  assert.ok(removeCgroup(cgroup.path));
  assert.deepEqual(cgroup.remaining(), []);
  assert.equal(shell.finish().status, KILLED);
});

cgroupTest(
  "removeCgroup() removes cgroups below, with their processes",
  (cgroup) => {
    const shell = cgroup.launch(FOREVER);
    for (const directory of cgroup.remaining()) {
      Deno.mkdirSync(`${directory}/a/b/c`, { recursive: true });
      Deno.mkdirSync(`${directory}/d`);
    }
    // Where it can be: v1's cpuset wants CPUs first, v2 no process beside it.
    const freezer = cgroup.survey.hierarchies.find(({ controllers, version }) =>
      version === "v2" || controllers.includes("freezer")
    );
    const inner = `${freezer?.mountPoint}${cgroup.path}/a/b/c/cgroup.procs`;
    Deno.writeTextFileSync(inner, String(shell.pid));
    assert.ok(removeCgroup(cgroup.path));
    assert.deepEqual(cgroup.remaining(), []);
    assert.equal(shell.finish().status, KILLED);
  },
);

cgroupTest(
  "removeCgroup() ends frozen processes, wherever they froze",
  (cgroup) => {
    const shell = cgroup.launch(FOREVER);
    for (
      const { version, controllers, mountPoint } of cgroup.survey.hierarchies
    ) {
      const directory = `${mountPoint}${cgroup.path}`;
      if (controllers.includes("freezer")) {
        Deno.mkdirSync(`${directory}/inner`);
        Deno.writeTextFileSync(`${directory}/inner/tasks`, String(shell.pid));
        Deno.writeTextFileSync(`${directory}/inner/freezer.state`, "FROZEN");
        Deno.writeTextFileSync(`${directory}/freezer.state`, "FROZEN");
      } else if (version === "v2") {
        Deno.writeTextFileSync(`${directory}/cgroup.freeze`, "1");
      }
    }
    assert.ok(removeCgroup(cgroup.path));
    assert.deepEqual(cgroup.remaining(), []);
    assert.equal(shell.finish().status, KILLED);
  },
);

cgroupTest("removeCgroup() stops a fork bomb", (cgroup) => {
  const shell = cgroup.launch(
    "bomb() { while :; do (sleep 0.01 & bomb) & sleep 0.01; done; }; bomb",
    { pids: { limit: 60 } },
  );
  cgroup.waitFor("pids.events", /^max [1-9]/m);
  assert.ok(removeCgroup(cgroup.path));
  assert.deepEqual(cgroup.remaining(), []);
  assert.equal(shell.finish().status, KILLED);
}, "pids");

rootTest("removeCgroup() of what never was does nothing", () => {
  const path = `/tsdocker-test-${crypto.randomUUID()}/box`;
  assert.ok(removeCgroup(path));
  assert.deepEqual(cgroupDirectories(path), []);
});
