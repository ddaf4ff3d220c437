/**
 * Weights and limits of block I/O on cgroup v1. They see only what bypasses the
 * page cache; cgroup v2 has no such gap.
 *
 * @module
 * @see Linux Documentation/admin-guide/cgroup-v1/blkio-controller.rst
 */
import type { LinuxBlockIO } from "../../../oci/linux_resources.ts";
import { assertBlockWeight } from "../block_weight.ts";
import type { CgroupFile } from "../hierarchy.ts";
import { decimal, isGiven } from "../limit.ts";

/** Member of the specification to file, one write for each device. */
const THROTTLES = [
  ["throttleReadBpsDevice", "blkio.throttle.read_bps_device"],
  ["throttleWriteBpsDevice", "blkio.throttle.write_bps_device"],
  ["throttleReadIOPSDevice", "blkio.throttle.read_iops_device"],
  ["throttleWriteIOPSDevice", "blkio.throttle.write_iops_device"],
] as const;

/**
 * The files that weigh and limit block I/O. The weight is the BFQ scheduler's:
 * the scheduler that read `blkio.weight` left the kernel with 5.0.
 *
 * @param blockIO `linux.resources.blockIO`; a rate of 0 is unlimited.
 * @throws {SpecError} If a number is out of range.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const throttleReadBpsDevice = [{ major: 8, minor: 0, rate: 4096 }];
 * assert.deepEqual(blockIoFiles({ throttleReadBpsDevice }), [{
 *   controller: "blkio",
 *   file: "blkio.throttle.read_bps_device",
 *   value: "8:0 4096",
 * }]);
 * ```
 */
export function blockIoFiles(blockIO: LinuxBlockIO): CgroupFile[] {
  const { weight } = blockIO;
  const files: CgroupFile[] = [];
  if (isGiven(weight)) {
    assertBlockWeight(weight);
    files.push(blkioFile("blkio.bfq.weight", String(weight)));
  }
  for (const [member, file] of THROTTLES) {
    for (const [index, device] of (blockIO[member] ?? []).entries()) {
      const pointer = `/linux/resources/blockIO/${member}/${index}`;
      const [major, minor, rate] = (["major", "minor", "rate"] as const)
        .map((name) => decimal(device[name], `${pointer}/${name}`));
      files.push(blkioFile(file, `${major}:${minor} ${rate}`));
    }
  }
  return files;
}

function blkioFile(file: string, value: string): CgroupFile {
  return { controller: "blkio", file, value };
}
