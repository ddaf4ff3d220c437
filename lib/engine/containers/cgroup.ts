/**
 * The cgroup of a container, from outside: how it ends.
 *
 * @module
 */
import { mountedHierarchies } from "../../runtime/cgroups/mount_table.ts";
import { countOomKills } from "../../runtime/cgroups/oom.ts";
import { removeCgroup } from "../../runtime/cgroups/remove.ts";
import type { ContainerConfig } from "../container_config.ts";

/** What became of a container's cgroup. */
export interface CgroupEnd {
  /** Whether the kernel has ended one of its processes for want of memory. */
  readonly oomKilled: boolean;
  /**
   * Whether nothing of it is left. If not, its processes take long to die, and
   * the container's record has to stay for the next command to try again.
   */
  readonly isGone: boolean;
}

/**
 * Ends what is left in a container's cgroup, and removes it. Does nothing if
 * there is none.
 */
export function endCgroup(
  { cgroupsPath }: Pick<ContainerConfig, "cgroupsPath">,
): CgroupEnd {
  if (cgroupsPath === undefined) return { oomKilled: false, isGone: true };
  const hierarchies = mountedHierarchies();
  const oomKilled = countOomKills(cgroupsPath, hierarchies) > 0;
  return { oomKilled, isGone: removeCgroup(cgroupsPath, hierarchies) };
}
