/**
 * Where the control group hierarchies of this host are, from its mount table.
 *
 * @module
 * @see proc_pid_mountinfo(5), cgroups(7)
 */
import { type DeviceNumber } from "../../../ffi/calls/file.ts";
import { statat } from "../../../ffi/calls/stat.ts";
import { AT_FDCWD } from "../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import { type MountEntry, parseMount } from "../../base/mount_table.ts";
import type { Controller, Hierarchy } from "./hierarchy.ts";

/** A line of the mount table that shows a hierarchy. */
export interface CgroupMount extends Hierarchy {
  /** What mounts it once more: `cpu,cpuacct`, `name=systemd`; empty for v2. */
  readonly data: string;
  /** Of its file system. */
  readonly device: DeviceNumber;
}

/** Version 1 or 2 alone, both side by side, or no cgroups. */
export type CgroupMode = "v1" | "v2" | "hybrid" | "none";

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
  "debug",
]);

const MOUNT_TABLE = "/proc/self/mountinfo";
/** What precedes the type of a file system; blanks in paths are escaped. */
const CGROUP_LINE = " - cgroup";

/** Whether a word is the name of a controller that we know. */
export function isController(word: string): word is Controller {
  return CONTROLLERS.has(word);
}

/**
 * Finds the mounts of control groups that can be written to. A hierarchy can be
 * among them more than once. What a v2 hierarchy controls is not in the table.
 *
 * @param mountinfo The text of `/proc/self/mountinfo`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = "30 25 0:26 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 " +
 *   "- cgroup cgroup rw,cpu,cpuacct";
 * assert.deepEqual(parseCgroupMounts(line), [{
 *   version: "v1",
 *   mountPoint: "/sys/fs/cgroup/cpu,cpuacct",
 *   controllers: ["cpu", "cpuacct"],
 *   data: "cpu,cpuacct",
 *   device: { major: 0, minor: 26 },
 * }]);
 * ```
 */
export function parseCgroupMounts(mountinfo: string): CgroupMount[] {
  const found: CgroupMount[] = [];
  for (const line of mountinfo.split("\n")) {
    // A host with many containers has many mounts of other kinds.
    if (!line.includes(CGROUP_LINE)) continue;
    const mount = parseMount(line);
    const hierarchy = mount && hierarchyAt(mount);
    if (hierarchy !== undefined) found.push(hierarchy);
  }
  return found;
}

function hierarchyAt(
  { type, options, mountPoint, device }: MountEntry,
): CgroupMount | undefined {
  if (type !== "cgroup" && type !== "cgroup2") return undefined;
  if (options.includes("ro")) return undefined;
  const place = { mountPoint, device };
  if (type === "cgroup2") {
    return { version: "v2", ...place, controllers: [], data: "" };
  }
  const controllers = options.filter(isController);
  const name = options.filter((option) => option.startsWith("name="));
  const data = [...controllers, ...name].join(",");
  return data === ""
    ? undefined
    : { version: "v1", ...place, controllers, data };
}

/**
 * The hierarchies that can be reached by path, each at the first place where
 * it is mounted. Synchronous, a fraction of a millisecond.
 */
export function mountedHierarchies(): CgroupMount[] {
  const found = new Map<string, CgroupMount>();
  for (const mount of parseCgroupMounts(Deno.readTextFileSync(MOUNT_TABLE))) {
    const key = `${mount.version} ${mount.data}`;
    if (!found.has(key) && isReachable(mount)) found.set(key, mount);
  }
  return [...found.values()];
}

/** Another file system may be mounted on top, or further up. */
function isReachable({ mountPoint, device }: CgroupMount): boolean {
  try {
    const { deviceMajor, deviceMinor } = statat(AT_FDCWD, mountPoint);
    return deviceMajor === device.major && deviceMinor === device.minor;
  } catch (error) {
    if (isSyscallError(error, "ENOENT", "ENOTDIR")) return false;
    throw error;
  }
}

/**
 * Which versions a host has.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(cgroupMode([]), "none");
 * ```
 */
export function cgroupMode(
  hierarchies: readonly Pick<Hierarchy, "version">[],
): CgroupMode {
  const versions = new Set(hierarchies.map(({ version }) => version));
  if (versions.size === 2) return "hybrid";
  for (const version of versions) return version;
  return "none";
}
