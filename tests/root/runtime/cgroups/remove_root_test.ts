/** @module */
import assert from "node:assert/strict";
import { mkdirat, openat } from "../../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_RDONLY,
} from "../../../../ffi/constants/fcntl.ts";
import type { Fd } from "../../../../ffi/fd.ts";
import { countOomKills } from "../../../../lib/runtime/cgroups/oom.ts";
import { removeCgroup } from "../../../../lib/runtime/cgroups/remove.ts";
import {
  cgroupDirectories,
  cgroupTest,
  type TestCgroup,
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

/** Its directory in a hierarchy where cgroups need nothing to have processes. */
function openBox({ path, survey }: TestCgroup): Fd {
  const hierarchy = survey.hierarchies.find(({ controllers, version }) =>
    version === "v2" || controllers.includes("freezer")
  );
  const box = `${hierarchy?.mountPoint}${path}`;
  return openat(AT_FDCWD, box, O_RDONLY | O_DIRECTORY);
}

function makeBelow(above: Fd, name: Uint8Array): Fd {
  mkdirat(above.number, name, 0o755);
  return openat(above.number, name, O_RDONLY | O_DIRECTORY);
}

cgroupTest(
  "removeCgroup() removes what is nested deeper than a path reaches",
  (cgroup) => {
    const shell = cgroup.launch(FOREVER);
    const name = new Uint8Array(200).fill(0x61);
    let deepest = openBox(cgroup);
    for (let depth = 0; depth < 40; depth++) {
      using above = deepest;
      deepest = makeBelow(above, name);
    }
    using inner = deepest;
    Deno.writeTextFileSync(`${inner.path}/cgroup.procs`, String(shell.pid));
    assert.equal(countOomKills(cgroup.path), 0);
    assert.ok(removeCgroup(cgroup.path));
    assert.deepEqual(cgroup.remaining(), []);
    assert.equal(shell.finish().status, KILLED);
  },
);

cgroupTest(
  "removeCgroup() removes what has a name that is no text",
  (cgroup) => {
    const shell = cgroup.launch(FOREVER);
    using box = openBox(cgroup);
    using inner = makeBelow(box, Uint8Array.of(0x61, 0xff));
    Deno.writeTextFileSync(`${inner.path}/cgroup.procs`, String(shell.pid));
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
    // The first process forks no more: refused that, it would end by itself.
    `bomb() { while :; do (sleep 0.01 & bomb) & sleep 0.01; done; }
     bomb & ${FOREVER}`,
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
