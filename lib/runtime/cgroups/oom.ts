/**
 * How often the kernel has ended a process of a container for want of memory.
 *
 * @module
 * @see Linux Documentation/admin-guide/cgroup-v2.rst, "memory.events"
 * @see Linux Documentation/admin-guide/cgroup-v1/memory.rst, "OOM Control"
 */
import type { CgroupVersion } from "./hierarchy.ts";
import { isThere, readLineIfAny } from "./interface_file.ts";
import { type CgroupMount, mountedHierarchies } from "./mount_table.ts";
import { walkCgroups } from "./walk.ts";

const FILES: Readonly<Record<CgroupVersion, string>> = {
  v1: "memory.oom_control",
  v2: "memory.events",
};

/**
 * Counts the processes that were ended, also in cgroups that the container has
 * made below its own. To be asked before the cgroup is removed.
 *
 * @param cgroupsPath The container's, below the root of each hierarchy.
 * @returns 0 if there are none, or no controller that would know.
 */
export function countOomKills(
  cgroupsPath: string,
  hierarchies: readonly CgroupMount[] = mountedHierarchies(),
): number {
  for (const mount of hierarchies) {
    const directory = `${mount.mountPoint}${cgroupsPath}`;
    if (!hasMemory(mount, directory)) continue;
    const file = FILES[mount.version];
    // v2 adds up the whole tree; v1 counts each cgroup by itself.
    if (mount.version === "v2") return readCount(`${directory}/${file}`);
    let count = 0;
    walkCgroups(directory, {
      enter: (path) => {
        count += readCount(`${path}/${file}`);
      },
    });
    return count;
  }
  return 0;
}

function hasMemory(
  { version, controllers }: CgroupMount,
  directory: string,
): boolean {
  return version === "v1"
    ? controllers.includes("memory") && isThere(directory)
    : isThere(`${directory}/${FILES.v2}`);
}

/** The count's line, which kernels before 4.13 have not got. */
function readCount(path: string): number {
  const text = readLineIfAny(path);
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}
