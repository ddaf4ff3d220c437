/**
 * Where the control group hierarchies of a host are, and which controllers
 * each has, as the checks see it through a probe.
 *
 * @module
 * @see cgroups(7)
 */
import type { Controller, Hierarchy } from "../../runtime/cgroups/hierarchy.ts";
import type { HostProbe } from "./host_probe.ts";
import { parseMountTable } from "./mount_table.ts";

const CONTROLLERS: ReadonlySet<string> = new Set<Controller>([
  "cpu",
  "cpuacct",
  "cpuset",
  "memory",
  "devices",
  "freezer",
  "blkio",
  "io",
  "pids",
  "hugetlb",
  "net_cls",
  "net_prio",
  "perf_event",
  "rdma",
  "misc",
]);

/** The mounted hierarchies, each once, in the order of the mount table. */
export function findHierarchies(probe: HostProbe): Hierarchy[] {
  const found = new Map<string, Hierarchy>();
  const mountinfo = probe.readText("/proc/self/mountinfo") ?? "";
  for (const { type, mountPoint, options } of parseMountTable(mountinfo)) {
    if (type === "cgroup") {
      const controllers = [...options].filter(isController);
      found.set(mountPoint, { version: "v1", mountPoint, controllers });
    }
    if (type === "cgroup2") {
      const controllers = words(probe, `${mountPoint}/cgroup.controllers`)
        .filter(isController);
      found.set(mountPoint, { version: "v2", mountPoint, controllers });
    }
  }
  return [...found.values()];
}

/** The hierarchy that has a controller, v1 before v2. */
export function hierarchyOf(
  hierarchies: readonly Hierarchy[],
  names: { readonly v1: Controller; readonly v2: Controller | undefined },
): Hierarchy | undefined {
  return hierarchies.find(({ version, controllers }) =>
    version === "v1" && controllers.includes(names.v1)
  ) ?? hierarchies.find(({ version, controllers }) =>
    version === "v2" &&
    (names.v2 === undefined || controllers.includes(names.v2))
  );
}

/** The words in a file; none if it cannot be read. */
export function words(probe: HostProbe, path: string): string[] {
  return probe.readText(path)?.split(/\s+/).filter((word) => word !== "") ?? [];
}

function isController(name: string): name is Controller {
  return CONTROLLERS.has(name);
}
