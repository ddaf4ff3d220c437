/**
 * Files of cgroups that depend on how the kernel was built and started.
 *
 * @module
 */
import type { Hierarchy } from "./hierarchy.ts";
import { isRealRoot, isThere, readControllers } from "./interface_file.ts";

type Place = Pick<Hierarchy, "mountPoint">;

/** Of v1, all of them in the root as well. */
const V1_FILES: ReadonlySet<string> = new Set([
  "cpu.shares",
  "cpu.cfs_quota_us",
  "memory.limit_in_bytes",
  "memory.memsw.limit_in_bytes",
  "memory.soft_limit_in_bytes",
  "memory.swappiness",
  "memory.oom_control",
  "blkio.throttle.read_bps_device",
  "blkio.throttle.write_bps_device",
  "blkio.throttle.read_iops_device",
  "blkio.throttle.write_iops_device",
]);

/** Of v2, none of them in the real root. */
const V2_FILES: ReadonlySet<string> = new Set([
  "cpu.weight",
  "cpu.max",
  "memory.swap.max",
  "io.max",
  "io.weight",
  "io.bfq.weight",
]);

/** The root of v1's `blkio` has the first if those below have the second. */
const BFQ = {
  statistics: "blkio.bfq.io_service_bytes",
  weight: "blkio.bfq.weight",
};

/** Whether no cgroup of a v1 hierarchy has a file of that name. */
export function lacksFileV1({ mountPoint }: Place, file: string): boolean {
  if (file === BFQ.weight) return !isThere(`${mountPoint}/${BFQ.statistics}`);
  return V1_FILES.has(file) && !isThere(`${mountPoint}/${file}`);
}

/**
 * Whether no cgroup of the v2 hierarchy has a file of that name, told by one
 * right below the root. Of a controller that one has not got, the files are
 * expected to be there, but for weights of I/O, which few kernels have.
 *
 * @param example Path of such a cgroup, if the caller knows one.
 */
export function lacksFileV2(
  { mountPoint }: Place,
  file: string,
  example: string | undefined,
): boolean {
  if (!V2_FILES.has(file)) return false;
  // The root of a namespace is a cgroup like any other.
  const path = isRealRoot(mountPoint) ? example ?? firstBelow(mountPoint) : "";
  const directory = `${mountPoint}${path}`;
  const hasController = path !== undefined &&
    readControllers(`${directory}/cgroup.controllers`)
      .some((controller) => file.startsWith(`${controller}.`));
  if (hasController) return !isThere(`${directory}/${file}`);
  return file === "io.bfq.weight" ||
    file === "io.weight" && !isThere(`${mountPoint}/io.cost.qos`);
}

function firstBelow(mountPoint: string): string | undefined {
  for (const { name, isDirectory } of Deno.readDirSync(mountPoint)) {
    if (isDirectory) return `/${name}`;
  }
  return undefined;
}
