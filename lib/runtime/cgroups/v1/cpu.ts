/**
 * Shares and limits of CPU time on cgroup v1.
 *
 * @module
 * @see Linux Documentation/scheduler/sched-bwc.rst
 */
import { SpecError } from "../../../base/errors.ts";
import type { LinuxCpu } from "../../../oci/linux_resources.ts";
import type { CgroupFile } from "../hierarchy.ts";
import { decimal, isGiven, limitText } from "../limit.ts";

const POINTER = "/linux/resources/cpu";
/** What the kernel takes; it would silently make others one of these. */
const MIN_SHARES = 2;
const MAX_SHARES = 262_144;

/**
 * The files that share and limit CPU time. The period is first: a new cgroup
 * has no quota that could be too large for it.
 *
 * @param cpu `linux.resources.cpu`; times are in microseconds.
 * @throws {SpecError} If a number is out of range.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(cpuFiles({ quota: 50_000 }), [
 *   { controller: "cpu", file: "cpu.cfs_quota_us", value: "50000" },
 * ]);
 * ```
 */
export function cpuFiles({ shares, period, quota }: LinuxCpu): CgroupFile[] {
  const files: CgroupFile[] = [];
  if (isGiven(shares)) files.push(cpuFile("cpu.shares", sharesText(shares)));
  if (isGiven(period)) {
    const value = decimal(period, `${POINTER}/period`);
    files.push(cpuFile("cpu.cfs_period_us", value));
  }
  if (isGiven(quota)) {
    const value = limitText(quota, "-1", `${POINTER}/quota`);
    files.push(cpuFile("cpu.cfs_quota_us", value));
  }
  return files;
}

function sharesText(shares: number): string {
  const pointer = `${POINTER}/shares`;
  const text = decimal(shares, pointer);
  if (shares >= MIN_SHARES && shares <= MAX_SHARES) return text;
  throw new SpecError(
    pointer,
    `Cannot set the CPU shares to ${shares}: the range is from ${MIN_SHARES} to ${MAX_SHARES}`,
  );
}

function cpuFile(file: string, value: string): CgroupFile {
  return { controller: "cpu", file, value };
}
