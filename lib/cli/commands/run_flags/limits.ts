/**
 * The flags of `run` that limit what a container uses up.
 *
 * @module
 */
import { CGROUP_CHOICES } from "../../../engine/run_options.ts";
import type { FlagTable } from "../../flag.ts";

const LIMITS = "Limits";

/** By the names that `LimitOptions` gives them. */
export const LIMIT_FLAGS = {
  memory: {
    type: "string",
    long: "memory",
    short: "m",
    placeholder: "size",
    section: LIMITS,
    description: "Memory, such as 64m or 1.5g",
  },
  memoryReservation: {
    type: "string",
    long: "memory-reservation",
    placeholder: "size",
    section: LIMITS,
    description: "Memory it is pushed back to when the host runs short",
  },
  memorySwap: {
    type: "string",
    long: "memory-swap",
    placeholder: "size",
    section: LIMITS,
    description:
      "Memory and swap together, -1 for unlimited (default twice the memory)",
  },
  memorySwappiness: {
    type: "number",
    long: "memory-swappiness",
    section: LIMITS,
    description: "How readily memory is swapped: 0 to 100; cgroup v1 only",
  },
  oomScoreAdj: {
    type: "number",
    long: "oom-score-adj",
    section: LIMITS,
    description: "How early it is killed when the host runs out: -1000 to 1000",
  },
  oomKillDisable: {
    type: "boolean",
    long: "oom-kill-disable",
    section: LIMITS,
    description:
      "Make it wait for memory instead of killing it; cgroup v1 only",
  },
  cpus: {
    type: "string",
    long: "cpus",
    placeholder: "decimal",
    section: LIMITS,
    description: "Number of CPUs, such as 1.5",
  },
  cpuShares: {
    type: "number",
    long: "cpu-shares",
    short: "c",
    words: ["cpushare"],
    section: LIMITS,
    description: "CPU weight against others; 1024 is ordinary",
  },
  cpuPeriod: {
    type: "number",
    long: "cpu-period",
    section: LIMITS,
    description: "Period of the CPU quota, in microseconds",
  },
  cpuQuota: {
    type: "number",
    long: "cpu-quota",
    section: LIMITS,
    description: "CPU time in each period, in microseconds",
  },
  cpusetCpus: {
    type: "string",
    long: "cpuset-cpus",
    words: ["cpuset"],
    placeholder: "list",
    section: LIMITS,
    description: "CPUs it may run on, such as 0-2,7",
  },
  cpusetMems: {
    type: "string",
    long: "cpuset-mems",
    placeholder: "list",
    section: LIMITS,
    description: "Memory nodes it may use, such as 0",
  },
  pidsLimit: {
    type: "number",
    long: "pids-limit",
    section: LIMITS,
    description: "Processes and threads, -1 for unlimited (default 2048)",
  },
  blkioWeight: {
    type: "number",
    long: "blkio-weight",
    section: LIMITS,
    description: "Block I/O weight against others: 10 to 1000",
  },
  deviceReadBps: {
    type: "list",
    long: "device-read-bps",
    section: LIMITS,
    description: "Bytes a second read from a device: PATH:RATE",
  },
  deviceWriteBps: {
    type: "list",
    long: "device-write-bps",
    section: LIMITS,
    description: "Bytes a second written to a device: PATH:RATE",
  },
  deviceReadIops: {
    type: "list",
    long: "device-read-iops",
    section: LIMITS,
    description: "Reads a second from a device: PATH:RATE",
  },
  deviceWriteIops: {
    type: "list",
    long: "device-write-iops",
    section: LIMITS,
    description: "Writes a second to a device: PATH:RATE",
  },
  cgroupParent: {
    type: "string",
    long: "cgroup-parent",
    placeholder: "path",
    section: LIMITS,
    description: "Cgroup in which its own is made (default /tsdocker)",
  },
  cgroups: {
    type: "string",
    long: "cgroups",
    placeholder: "choice",
    choices: CGROUP_CHOICES,
    default: "enabled",
    section: LIMITS,
    description: "Whether it has cgroups: enabled or disabled",
  },
  ulimits: {
    type: "list",
    long: "ulimit",
    section: LIMITS,
    description: "Limit each process: NAME=SOFT[:HARD], such as nofile=1024",
  },
  shmSize: {
    type: "string",
    long: "shm-size",
    placeholder: "size",
    section: LIMITS,
    description: "Size of /dev/shm (default 64m)",
  },
} as const satisfies FlagTable;
