/**
 * Files of cgroups that depend on how the kernel was built and started.
 *
 * @module
 */
import type { Controller, Hierarchy } from "./hierarchy.ts";
import { isRealRoot, isThere, readControllers } from "./interface_file.ts";

type Place = Pick<Hierarchy, "mountPoint" | "controllers">;

/** Of v1, all of them in the root as well. */
const V1_FILES: Readonly<Partial<Record<Controller, readonly string[]>>> = {
  cpu: ["cpu.shares", "cpu.cfs_quota_us"],
  memory: [
    "memory.limit_in_bytes",
    "memory.memsw.limit_in_bytes",
    "memory.soft_limit_in_bytes",
    "memory.swappiness",
    "memory.oom_control",
  ],
  blkio: [
    "blkio.throttle.read_bps_device",
    "blkio.throttle.write_bps_device",
    "blkio.throttle.read_iops_device",
    "blkio.throttle.write_iops_device",
  ],
};

/** Of v2, none of them in the real root. */
const V2_FILES: typeof V1_FILES = {
  cpu: ["cpu.weight", "cpu.max"],
  memory: ["memory.swap.max"],
  io: ["io.max", "io.weight", "io.bfq.weight"],
};

/** The root of v1's `blkio` has the first if those below have the second. */
const BFQ = {
  statistics: "blkio.bfq.io_service_bytes",
  weight: "blkio.bfq.weight",
};

/** Names of the files that no cgroup of a v1 hierarchy has. */
export function missingFilesV1(place: Place): ReadonlySet<string> {
  const { mountPoint, controllers } = place;
  const missing = missingFiles(mountPoint, controllers, V1_FILES);
  if (
    controllers.includes("blkio") && !isThere(`${mountPoint}/${BFQ.statistics}`)
  ) missing.add(BFQ.weight);
  return missing;
}

/**
 * Names of the files that no cgroup of the v2 hierarchy has, told by one right
 * below the root. Of controllers that one has not got, the files are expected
 * to be there, but for weights of I/O, which few kernels have.
 *
 * @param example Path of such a cgroup, if the caller knows one.
 */
export function missingFilesV2(
  { mountPoint }: Pick<Place, "mountPoint">,
  example: string | undefined,
): ReadonlySet<string> {
  const isCounted = isThere(`${mountPoint}/io.cost.qos`);
  const unlikely = isCounted
    ? ["io.bfq.weight"]
    : ["io.weight", "io.bfq.weight"];
  // The root of a namespace is a cgroup like any other.
  const path = isRealRoot(mountPoint) ? example ?? firstBelow(mountPoint) : "";
  if (path === undefined) return new Set(unlikely);
  const directory = `${mountPoint}${path}`;
  const controllers = readControllers(`${directory}/cgroup.controllers`);
  const missing = missingFiles(directory, controllers, V2_FILES);
  if (controllers.includes("io")) return missing;
  return missing.union(new Set(unlikely));
}

function firstBelow(mountPoint: string): string | undefined {
  for (const { name, isDirectory } of Deno.readDirSync(mountPoint)) {
    if (isDirectory) return `/${name}`;
  }
  return undefined;
}

function missingFiles(
  directory: string,
  controllers: readonly Controller[],
  files: typeof V1_FILES,
): Set<string> {
  const optional = controllers.flatMap((name) => files[name] ?? []);
  return new Set(optional.filter((file) => !isThere(`${directory}/${file}`)));
}
