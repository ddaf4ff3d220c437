/**
 * Weights and limits of CPU time on cgroup v2.
 *
 * @module
 * @see Linux Documentation/admin-guide/cgroup-v2.rst, "CPU Interface Files"
 */
import type { LinuxCpu } from "../../../oci/linux_resources.ts";
import type { CgroupFile } from "../hierarchy.ts";
import { decimal, isGiven, limitText, UNLIMITED } from "../limit.ts";

const POINTER = "/linux/resources/cpu";
/** Microseconds; what `cpu.max` of a new cgroup has. */
const DEFAULT_PERIOD = 100_000;

const MIN_SHARES = 2;
const MAX_SHARES = 262_144;
const MIN_WEIGHT = 1;
const MAX_WEIGHT = 10_000;
/** Far more than the error of a double, far less than a weight matters. */
const ROUNDING = 1e-9;

/**
 * The files that weigh and limit CPU time.
 *
 * @param cpu `linux.resources.cpu`; times are in microseconds.
 * @throws {SpecError} If a number is negative or not whole.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(cpuFiles({ quota: 50_000 }), [
 *   { controller: "cpu", file: "cpu.max", value: "50000 100000" },
 * ]);
 * ```
 */
export function cpuFiles({ shares, period, quota }: LinuxCpu): CgroupFile[] {
  const files: CgroupFile[] = [];
  if (isGiven(shares)) {
    decimal(shares, `${POINTER}/shares`);
    files.push(cpuFile("cpu.weight", String(weightOfShares(shares))));
  }
  if (isGiven(quota) || isGiven(period)) {
    const time = limitText(quota || UNLIMITED, "max", `${POINTER}/quota`);
    const every = decimal(period || DEFAULT_PERIOD, `${POINTER}/period`);
    files.push(cpuFile("cpu.max", `${time} ${every}`));
  }
  return files;
}

/**
 * The weight that stands for a share of cgroup v1.
 *
 * The runtime specification counts shares, 2 to 262144, ordinary 1024, and
 * leaves the conversion to 1 to 10000, ordinary 100, to the runtime. This is
 * what runc (since 1.3.2) and crun (since 1.23) agree on: a power of ten whose
 * exponent is the parabola through the three pairs. Their earlier, linear one
 * made 39 of the ordinary 1024, so that a container that asked for what is
 * ordinary got less than its neighbours that asked for nothing.
 *
 * @param shares Whatever is beyond the range counts as its end.
 * @see runtime-spec 1.2, config-linux.md, "Unified"
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual([2, 1024, 262_144].map(weightOfShares), [1, 100, 10_000]);
 * ```
 */
export function weightOfShares(shares: number): number {
  if (shares <= MIN_SHARES) return MIN_WEIGHT;
  if (shares >= MAX_SHARES) return MAX_WEIGHT;
  const log = Math.log2(shares);
  const exponent = (log * log + 125 * log) / 612 - 7 / 34;
  return Math.ceil(10 ** exponent - ROUNDING);
}

function cpuFile(file: string, value: string): CgroupFile {
  return { controller: "cpu", file, value };
}
