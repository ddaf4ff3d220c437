/**
 * Which CPUs and memory nodes may be used on cgroup v2.
 *
 * @module
 * @see Linux Documentation/admin-guide/cgroup-v2.rst, "Cpuset Interface Files"
 */
import type { LinuxCpu } from "../../../oci/linux_resources.ts";
import type { CgroupFile } from "../hierarchy.ts";

/**
 * The files that choose CPUs and memory nodes. Lists are the kernel's own
 * form, and judged by it; an empty one is an absent one.
 *
 * @param cpu `linux.resources.cpu`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(cpusetFiles({ cpus: "0-2,7" }), [
 *   { controller: "cpuset", file: "cpuset.cpus", value: "0-2,7" },
 * ]);
 * ```
 */
export function cpusetFiles({ cpus = "", mems = "" }: LinuxCpu): CgroupFile[] {
  const files: CgroupFile[] = [];
  if (cpus !== "") files.push(cpusetFile("cpuset.cpus", cpus));
  if (mems !== "") files.push(cpusetFile("cpuset.mems", mems));
  return files;
}

function cpusetFile(file: string, value: string): CgroupFile {
  return { controller: "cpuset", file, value };
}
