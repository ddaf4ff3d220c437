/**
 * Limits that every host has, and the files where the kernel keeps them.
 *
 * @module
 */
import { type LimitFile, versionHaving } from "./cgroup_view.ts";

const MIB = 1024 ** 2;
const MEMORY = { v1: "memory/memory.limit_in_bytes", v2: "memory.max" };
const PIDS = { v1: "pids/pids.max", v2: "pids.max" };
const QUOTA = { v1: "cpu/cpu.cfs_quota_us", v2: "cpu.max" };
const PERIOD = { v1: "cpu/cpu.cfs_period_us", v2: "cpu.max" };
/** Which CPUs may be used. */
export const CPUS = { v1: "cpuset/cpuset.cpus", v2: "cpuset.cpus" };
const MEMS = { v1: "cpuset/cpuset.mems", v2: "cpuset.mems" };

/** Flags, the file, and what it holds by version. */
export type Limit = readonly [
  flags: readonly string[],
  file: Required<LimitFile>,
  v1: string,
  v2: string,
];

/** Of all controllers. */
export const LIMITS: readonly Limit[] = [
  [[], PIDS, "2048", "2048"],
  [["--pids-limit", "20"], PIDS, "20", "20"],
  [["--pids-limit", "-1"], PIDS, "max", "max"],
  [["-m", "64m"], MEMORY, String(64 * MIB), String(64 * MIB)],
  [["--memory", "1g"], MEMORY, String(1024 * MIB), String(1024 * MIB)],
  [
    ["-m", "64m", "--memory-reservation", "32m"],
    { v1: "memory/memory.soft_limit_in_bytes", v2: "memory.low" },
    String(32 * MIB),
    String(32 * MIB),
  ],
  [["--cpus", "0.5"], QUOTA, "50000", "50000 100000"],
  [["--cpu-period", "50000"], PERIOD, "50000", "max 50000"],
  [
    ["--cpu-period", "50000", "--cpu-quota", "10000"],
    QUOTA,
    "10000",
    "10000 50000",
  ],
  [
    ["-c", "512"],
    { v1: "cpu/cpu.shares", v2: "cpu.weight" },
    "512",
    "59",
  ],
  [["--cpuset-cpus", "0"], CPUS, "0", "0"],
  [["--cpuset-mems", "0"], MEMS, "0", "0"],
];

/** What the file holds on this host. */
export function expected([, file, v1, v2]: Limit): string {
  return versionHaving(file) === "v1" ? v1 : v2;
}

/** What is said where a kernel does not count swap. */
export const NO_SWAP =
  "tsdocker: warning: Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.\n";
