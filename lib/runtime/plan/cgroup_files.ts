/**
 * Values for files of control groups as steps.
 *
 * @module
 * @see Linux Documentation/admin-guide/cgroup-v1, cgroup-v2.rst
 */
import { flags } from "../../../ffi/constants/symbolic.ts";
import type { ErrnoName } from "../../../ffi/constants/errno.ts";
import type { CgroupFile } from "../cgroups/hierarchy.ts";
import { AT_FDCWD, OPEN } from "./open_flags.ts";
import type { PrepareStep } from "./step.ts";

/** What to write, and why if the file's name does not say it. */
export type PlannedFile = Pick<CgroupFile, "file" | "value" | "tolerate"> & {
  readonly why?: string;
};

/** By file, what its value does to the container. */
const REASONS: Readonly<Record<string, string>> = {
  "memory.limit_in_bytes": "memory in bytes; beyond, the kernel ends a process",
  "memory.max": "memory in bytes; beyond, the kernel ends a process",
  "memory.memsw.limit_in_bytes":
    "memory and swap in bytes; not before the limit of memory, which is less",
  "memory.swap.max": "swap in bytes, on top of the memory",
  "memory.soft_limit_in_bytes":
    "when the host is short of memory, it takes what is beyond",
  "memory.low": "when the host is short of memory, it leaves this much",
  "memory.swappiness": "how readily its memory is swapped out",
  "memory.oom_control": "out of memory, its processes wait instead of ending",
  "cpu.shares": "its weight when containers compete for CPUs",
  "cpu.weight": "its weight when containers compete for CPUs",
  "cpu.cfs_period_us": "microseconds over which CPU time is measured",
  "cpu.cfs_quota_us": "microseconds of CPU time in each period",
  "cpu.max": "microseconds of CPU time in each period, and the period",
  "cpuset.cpus": "the CPUs it may run on",
  "cpuset.mems": "the memory nodes it may use",
  "pids.max": "processes and threads; a fork bomb ends here",
  "blkio.bfq.weight": "its weight when containers compete for a disk",
  "io.bfq.weight": "its weight for a disk with the scheduler BFQ",
  "io.weight": "its weight for a disk with a model of costs",
  "io.max": "bytes or operations a second of a disk",
  "blkio.throttle.read_bps_device": "bytes a second read from a disk",
  "blkio.throttle.write_bps_device": "bytes a second written to a disk",
  "blkio.throttle.read_iops_device": "operations a second reading a disk",
  "blkio.throttle.write_iops_device": "operations a second writing to a disk",
  "devices.deny": "devices it must not use",
  "devices.allow": "devices it may use",
};

/**
 * Plans writing files of one cgroup, each opened once.
 *
 * @param directory The cgroup's, absolute on the host.
 * @param files In order.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const steps = fileSteps("/sys/fs/cgroup/a", [{ file: "pids.max", value: "9" }]);
 * assert.deepEqual(steps.map(({ call }) => call), ["openat", "write"]);
 * ```
 */
export function fileSteps(
  directory: string,
  files: readonly PlannedFile[],
): PrepareStep[] {
  return files.flatMap((file, index): PrepareStep[] => {
    const before = files[index - 1];
    const isOpen = before !== undefined && before.file === file.file &&
      before.tolerate?.includes("ENOENT") === file.tolerate?.includes("ENOENT");
    return isOpen
      ? [writeStep(file)]
      : [openStep(directory, file), writeStep(file)];
  });
}

function openStep(
  directory: string,
  { file, tolerate = [], why }: PlannedFile,
): PrepareStep {
  return {
    call: "openat",
    args: [
      AT_FDCWD,
      `${directory}/${file}`,
      flags(OPEN, "O_WRONLY", "O_CLOEXEC"),
    ],
    as: file,
    ...(tolerate.length === 0 ? {} : { tolerate }),
    why: why ?? REASONS[file] ?? "a limit that is asked for",
  };
}

/** A file that could not be opened, and need not, cannot be written either. */
function writeStep(
  { file, value, tolerate = [], why }: PlannedFile,
): PrepareStep {
  const accepted: ErrnoName[] = tolerate.length === 0
    ? []
    : [...tolerate, "EBADF"];
  return {
    call: "write",
    args: [{ result: file }, value, value.length],
    ...(accepted.length === 0 ? {} : { tolerate: accepted }),
    attempt: `set ${file} of the container's cgroup to "${value}"`,
    why: why ?? REASONS[file] ?? "a limit that is asked for",
  };
}
