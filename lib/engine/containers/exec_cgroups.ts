/**
 * The cgroups that a further program of a running container joins.
 *
 * @module
 * @see Linux Documentation/admin-guide/cgroup-v2.rst, "No Internal Process Constraint"
 */
import { isThere } from "../../runtime/cgroups/interface_file.ts";
import type { ExistingCgroup } from "../../runtime/plan/cgroups.ts";
import type { ExecTarget } from "./exec_target.ts";

/**
 * Finds them. With v2 it is the one that process 1 is in: a container that has
 * divided its own into others has no processes in that itself.
 */
export function execCgroups(
  { config: { cgroupsPath }, running, hierarchies }: ExecTarget,
): ExistingCgroup[] {
  if (cgroupsPath === undefined) return [];
  const text = Deno.readTextFileSync(`/proc/${running.pid}/cgroup`);
  return hierarchies.map(({ version, data, mountPoint }) => {
    const path = version === "v2" ? pathWithin(cgroupsPath, text) : cgroupsPath;
    return { version, data, directory: `${mountPoint}${path}` };
  }).filter(({ directory }) => isThere(directory));
}

/**
 * The v2 cgroup of a process, as long as it is the container's or below that.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(pathWithin("/c/1", "0::/c/1/init.scope\n"), "/c/1/init.scope");
 * assert.equal(pathWithin("/c/1", "0::/c/12\n"), "/c/1");
 * ```
 */
export function pathWithin(cgroupsPath: string, text: string): string {
  const line = text.split("\n").find((line) => line.startsWith("0::"));
  const path = line?.slice("0::".length) ?? "";
  const isWithin = path.startsWith(`${cgroupsPath}/`) &&
    !path.split("/").includes("..");
  return isWithin ? path : cgroupsPath;
}
