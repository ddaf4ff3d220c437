/**
 * The controllers that limits stand on: their names and files in both versions
 * of control groups, and the flags that need them. Data.
 *
 * @module
 */
import type { Controller } from "../../runtime/cgroups/hierarchy.ts";

/** A part of a controller that a kernel may be built without. */
export interface ControllerPart {
  /** What it is, for people. */
  readonly name: string;
  /** The file that shows that it is there; absent where it never is. */
  readonly files: { readonly v1?: string; readonly v2?: string };
  readonly flags: readonly string[];
}

/** A controller. */
export interface ControllerFacts {
  /** What the check is called after. */
  readonly name: string;
  /** `v2` is absent where cgroup v2 has no controller for it. */
  readonly names: { readonly v1: Controller; readonly v2?: Controller };
  /** What the user goes without. */
  readonly costs: string;
  readonly flags: readonly string[];
  readonly parts: readonly ControllerPart[];
}

/** All of them but `devices`, which v2 has a program for. */
export const CONTROLLER_FACTS: readonly ControllerFacts[] = [
  {
    name: "memory",
    names: { v1: "memory", v2: "memory" },
    costs: "a container can use up the memory of the host",
    flags: [
      "--memory",
      "--memory-reservation",
      "--memory-swap",
      "--memory-swappiness",
      "--oom-kill-disable",
    ],
    parts: [
      {
        name: "swap accounting",
        files: { v1: "memory.memsw.limit_in_bytes", v2: "memory.swap.max" },
        flags: ["--memory-swap"],
      },
      {
        name: "swappiness",
        files: { v1: "memory.swappiness" },
        flags: ["--memory-swappiness"],
      },
      {
        name: "a switch for the OOM killer",
        files: { v1: "memory.oom_control" },
        flags: ["--oom-kill-disable"],
      },
    ],
  },
  {
    name: "cpu",
    names: { v1: "cpu", v2: "cpu" },
    costs: "a container can keep all CPUs busy",
    flags: ["--cpus", "--cpu-shares", "--cpu-period", "--cpu-quota"],
    parts: [
      {
        name: "bandwidth control",
        files: { v1: "cpu.cfs_quota_us", v2: "cpu.max" },
        flags: ["--cpus", "--cpu-period", "--cpu-quota"],
      },
    ],
  },
  {
    name: "cpuset",
    names: { v1: "cpuset", v2: "cpuset" },
    costs: "containers cannot be kept on certain CPUs and memory nodes",
    flags: ["--cpuset-cpus", "--cpuset-mems"],
    parts: [],
  },
  {
    name: "pids",
    names: { v1: "pids", v2: "pids" },
    costs: "a container can use up all process numbers of the host",
    flags: ["--pids-limit"],
    parts: [],
  },
  {
    name: "io",
    names: { v1: "blkio", v2: "io" },
    costs: "a container can keep disks busy",
    flags: [
      "--blkio-weight",
      "--device-read-bps",
      "--device-write-bps",
      "--device-read-iops",
      "--device-write-iops",
    ],
    parts: [
      {
        name: "weights (the BFQ scheduler)",
        files: { v1: "blkio.bfq.weight", v2: "io.bfq.weight" },
        flags: ["--blkio-weight"],
      },
      {
        name: "throttling",
        files: { v1: "blkio.throttle.read_bps_device", v2: "io.max" },
        flags: [
          "--device-read-bps",
          "--device-write-bps",
          "--device-read-iops",
          "--device-write-iops",
        ],
      },
    ],
  },
  {
    name: "freezer",
    names: { v1: "freezer" },
    costs: "processes left in a container are killed one after the other, " +
      "while they may make new ones",
    flags: [],
    parts: [],
  },
];
