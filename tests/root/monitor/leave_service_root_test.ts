/**
 * Leaving the cgroups of a service, as this host has them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mountedHierarchies } from "../../../lib/runtime/cgroups/mount_table.ts";
import { Output } from "../../support/cli.ts";
import { rootTest } from "../../support/root.ts";

const FIXTURE = new URL(
  "../../fixtures/monitor/leave_service.ts",
  import.meta.url,
);

/** Makes a cgroup wherever a process can be put into it at once. */
function makeCgroups(name: string): string[] {
  return mountedHierarchies().flatMap(({ mountPoint, controllers }) => {
    if (controllers.includes("cpuset")) return [];
    const directory = `${mountPoint}/${name}`;
    Deno.mkdirSync(directory);
    return [directory];
  });
}

for (
  const [unit, remains] of [["service", false], ["scope", true]] as const
) {
  rootTest(`leaveService() in a ${unit}`, async () => {
    const name = `leave-${Deno.pid}.${unit}`;
    const directories = makeCgroups(name);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", FIXTURE.pathname],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const output = new Output(child.stdout, "a process that leaves");
    try {
      assert.equal(await output.line(), "ready");
      for (const directory of directories) {
        await Deno.writeTextFile(`${directory}/cgroup.procs`, `${child.pid}`);
      }
      await child.stdin.close();
      const places = (await output.rest()).trim().split("\n")
        .map((line) => line.split(":").slice(1));
      for (const [controllers = "", path] of places) {
        const isLeft = /^(?:memory|pids|name=systemd|)$/.test(controllers);
        if (isLeft) assert.equal(path === `/${name}`, remains, controllers);
      }
      assert.equal(
        places.some(([controllers, path]) =>
          controllers === "freezer" && path === `/${name}`
        ),
        directories.some((path) => path.includes("/freezer/")),
        "others are none of its business",
      );
    } finally {
      await child.status;
      for (const directory of directories) await Deno.remove(directory);
    }
  });
}
