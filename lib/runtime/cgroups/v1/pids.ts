/**
 * Limit of tasks on cgroup v1.
 *
 * @module
 * @see Linux Documentation/admin-guide/cgroup-v1/pids.rst
 */
import type { LinuxPids } from "../../../oci/linux_resources.ts";
import type { CgroupFile } from "../hierarchy.ts";
import { limitText } from "../limit.ts";

/**
 * The file that limits tasks. A limit of 0 is written as 1, which allows the
 * same: the program and no other. With 0 the kernel would refuse to create
 * even that in the cgroup.
 *
 * @param pids `linux.resources.pids`; `-1` is unlimited.
 * @throws {SpecError} If the limit is another negative or not a whole number.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(pidsFiles({ limit: 2048 }), [
 *   { controller: "pids", file: "pids.max", value: "2048" },
 * ]);
 * ```
 */
export function pidsFiles({ limit }: LinuxPids): CgroupFile[] {
  const tasks = limit === 0 ? 1 : limit;
  const value = limitText(tasks, "max", "/linux/resources/pids/limit");
  return [{ controller: "pids", file: "pids.max", value }];
}
