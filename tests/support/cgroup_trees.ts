/**
 * Directories that look like cgroups, for surveys of hosts unlike this one.
 *
 * @module
 */
import type {
  CgroupVersion,
  Controller,
} from "../../lib/runtime/cgroups/hierarchy.ts";
import type { CgroupMount } from "../../lib/runtime/cgroups/mount_table.ts";

/** Directories by path below the mount point, with the texts of their files. */
export type FakeTree = Readonly<
  Record<string, Readonly<Record<string, string>>>
>;

/** Makes a tree, and says that it is a hierarchy. */
export function fakeHierarchy(
  mountPoint: string,
  version: CgroupVersion,
  tree: FakeTree,
  controllers: readonly Controller[] = [],
): CgroupMount {
  for (const [path, files] of Object.entries(tree)) {
    Deno.mkdirSync(`${mountPoint}${path}`, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      Deno.writeTextFileSync(`${mountPoint}${path}/${name}`, `${text}\n`);
    }
  }
  return {
    version,
    mountPoint,
    controllers,
    data: controllers.join(","),
    device: { major: 0, minor: 0 },
  };
}

/** Files of a cgroup of v2 that hands down some of its controllers. */
export function v2Files(
  available: string,
  enabled: string,
  changes: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return {
    "cgroup.controllers": available,
    "cgroup.subtree_control": enabled,
    "cgroup.procs": "",
    ...changes,
  };
}
