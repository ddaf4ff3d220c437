/**
 * Weights and limits of block I/O on cgroup v2.
 *
 * @module
 * @see Linux Documentation/admin-guide/cgroup-v2.rst, "IO Interface Files"
 */
import type { LinuxBlockIO } from "../../../oci/linux_resources.ts";
import { assertBlockWeight } from "../block_weight.ts";
import type { CgroupFile } from "../hierarchy.ts";
import { decimal, isGiven } from "../limit.ts";

/** Member of the specification to key of `io.max`. */
const THROTTLES = [
  ["throttleReadBpsDevice", "rbps"],
  ["throttleWriteBpsDevice", "wbps"],
  ["throttleReadIOPSDevice", "riops"],
  ["throttleWriteIOPSDevice", "wiops"],
] as const;

/**
 * Who weighs: `io.bfq.weight` exists once the BFQ scheduler is there, for the
 * devices it serves; `io.weight` is the I/O cost controller's.
 */
export type WeightFile = "io.bfq.weight" | "io.weight";

/**
 * The files that weigh and limit block I/O. `io.max` takes all limits of one
 * device in one write.
 *
 * @param blockIO `linux.resources.blockIO`; a rate of 0 is unlimited.
 * @param weightFile The one that cgroups of this kernel have; of both, BFQ's.
 * @throws {SpecError} If a number is out of range.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const device = { major: 8, minor: 0 };
 * assert.deepEqual(
 *   blockIoFiles({
 *     throttleReadBpsDevice: [{ ...device, rate: 4096 }],
 *     throttleWriteIOPSDevice: [{ ...device, rate: 10 }],
 *   }),
 *   [{ controller: "io", file: "io.max", value: "8:0 rbps=4096 wiops=10" }],
 * );
 * ```
 */
export function blockIoFiles(
  blockIO: LinuxBlockIO,
  weightFile: WeightFile = "io.weight",
): CgroupFile[] {
  const { weight } = blockIO;
  const files: CgroupFile[] = [];
  if (isGiven(weight)) {
    assertBlockWeight(weight);
    const value = weightFile === "io.weight" ? ioWeight(weight) : weight;
    files.push(ioFile(weightFile, String(value)));
  }
  for (const [device, rates] of ratesByDevice(blockIO)) {
    const pairs = [...rates].map(([key, rate]) => `${key}=${rate}`);
    files.push(ioFile("io.max", [device, ...pairs].join(" ")));
  }
  return files;
}

/**
 * The weight of the I/O cost controller, 1 to 10000, that stands for one of
 * cgroup v1, 10 to 1000: a line through both ends, as runc and crun have it.
 * The runtime specification leaves it to the runtime.
 *
 * @param weight 10 to 1000.
 * @see runtime-spec 1.2, config-linux.md, "Unified"
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual([10, 500, 1000].map(ioWeight), [1, 4950, 10_000]);
 * ```
 */
export function ioWeight(weight: number): number {
  return 1 + Math.floor((weight - 10) * 9999 / 990);
}

/** By `MAJOR:MINOR`, in order; a later rate of the same kind replaces one. */
function ratesByDevice(
  blockIO: LinuxBlockIO,
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const devices = new Map<string, Map<string, string>>();
  for (const [member, key] of THROTTLES) {
    for (const [index, device] of (blockIO[member] ?? []).entries()) {
      const pointer = `/linux/resources/blockIO/${member}/${index}`;
      const [major, minor, rate] = (["major", "minor", "rate"] as const)
        .map((name) => decimal(device[name], `${pointer}/${name}`));
      const name = `${major}:${minor}`;
      const rates = devices.get(name) ?? new Map<string, string>();
      // cgroup v1 takes 0 for unlimited; this one would refuse it.
      devices.set(name, rates.set(key, rate === "0" ? "max" : String(rate)));
    }
  }
  return devices;
}

function ioFile(file: string, value: string): CgroupFile {
  return { controller: "io", file, value };
}
