/** @module */
import assert from "node:assert/strict";
import type { CgroupMount } from "../../../../lib/runtime/cgroups/mount_table.ts";
import { mountedHierarchies } from "../../../../lib/runtime/cgroups/mount_table.ts";
import { lockParents } from "../../../../lib/runtime/cgroups/parents.ts";
import { sweepCgroups } from "../../../../lib/runtime/cgroups/sweep.ts";
import { rootTest } from "../../../support/root.ts";

const IDS = ["a", "b", "c"].map((digit) => digit.repeat(64));

/** A parent of this test's own in a hierarchy where processes can be. */
function withParent(
  act: (above: string, parent: string, hierarchy: CgroupMount) => void,
): void {
  const hierarchies = mountedHierarchies();
  const hierarchy = hierarchies.find(({ controllers, version }) =>
    version === "v2" || controllers.includes("pids")
  );
  assert.ok(hierarchy, "this host has cgroups");
  const above = `/tsdocker-sweep-${crypto.randomUUID()}`;
  const parent = `${hierarchy.mountPoint}${above}`;
  Deno.mkdirSync(parent);
  try {
    act(above, parent, hierarchy);
  } finally {
    Deno.removeSync(parent);
  }
}

function namesIn(directory: string): string[] {
  return [...Deno.readDirSync(directory)]
    .filter(({ isDirectory }) => isDirectory).map(({ name }) => name).sort();
}

rootTest("sweepCgroups() removes what is empty, and nothing else", () => {
  withParent((above, parent, hierarchy) => {
    const [empty = "", nested = "", used = ""] = IDS;
    Deno.mkdirSync(`${parent}/${empty}`);
    Deno.mkdirSync(`${parent}/${nested}/a/b`, { recursive: true });
    Deno.mkdirSync(`${parent}/${used}/inner`, { recursive: true });
    Deno.mkdirSync(`${parent}/mine`);
    const child = new Deno.Command("sleep", { args: ["1000"] }).spawn();
    try {
      const procs = `${parent}/${used}/inner/cgroup.procs`;
      Deno.writeTextFileSync(procs, String(child.pid));
      assert.equal(sweepCgroups([hierarchy], above), 2);
      assert.deepEqual(namesIn(parent), [used, "mine"]);
      assert.deepEqual(namesIn(`${parent}/${used}`), ["inner"]);
      assert.equal(sweepCgroups([hierarchy], above), 0);
      // Back where we are, so that its cgroup can go before it has ended.
      Deno.writeTextFileSync(
        `${hierarchy.mountPoint}/cgroup.procs`,
        String(child.pid),
      );
    } finally {
      child.kill("SIGKILL");
    }
    assert.equal(sweepCgroups([hierarchy], above), 1);
    Deno.removeSync(`${parent}/mine`);
  });
});

rootTest("sweepCgroups() waits with what may be about to be used", () => {
  withParent((above, parent, hierarchy) => {
    const [id = ""] = IDS;
    Deno.mkdirSync(`${parent}/${id}`);
    {
      using _starting = lockParents([hierarchy]);
      assert.equal(sweepCgroups([hierarchy], above), 0);
    }
    assert.equal(sweepCgroups([hierarchy], above), 1);
  });
});

rootTest("sweepCgroups() is content without cgroups, or without ours", () => {
  assert.equal(sweepCgroups([]), 0);
  withParent((above, _parent, hierarchy) => {
    assert.equal(sweepCgroups([hierarchy], `${above}/nowhere`), 0);
  });
});
