/**
 * Which processes are in a container's cgroup.
 *
 * @module
 */
import type { Hierarchy } from "./hierarchy.ts";
import { readLineIfAny } from "./interface_file.ts";
import { walkCgroups } from "./walk.ts";

/**
 * Lists the processes of a cgroup and of all below it. A hierarchy in which
 * they are in no cgroup of their own does not hide them.
 *
 * @param cgroupsPath Below the root of each hierarchy.
 * @returns Pids, in order.
 */
export function processesIn(
  cgroupsPath: string,
  hierarchies: readonly Hierarchy[],
): number[] {
  const pids = new Set<number>();
  for (const { mountPoint } of hierarchies) {
    walkCgroups(`${mountPoint}${cgroupsPath}`, {
      enter: (path) => {
        const lines = readLineIfAny(`${path}/cgroup.procs`).split("\n");
        // Those that cannot be seen from here are listed as 0.
        for (const pid of lines.map(Number)) if (pid > 0) pids.add(pid);
      },
    });
    if (pids.size > 0) break;
  }
  return [...pids].sort((a, b) => a - b);
}
