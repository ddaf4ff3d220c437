/**
 * The controllers that limits stand on: their names in both versions of control
 * groups, what goes without them, and the flags that need them. Data.
 *
 * @module
 */
import type { Feature } from "../../runtime/cgroups/feature.ts";
import type { Controller } from "../../runtime/cgroups/hierarchy.ts";

/** A part of a controller that a kernel may be built without. */
export interface ControllerPart {
  /** As the engine calls it. */
  readonly feature: Feature;
  /** What it is, for people. */
  readonly name: string;
  readonly flags: readonly string[];
  /** Whether cgroup v2 never has it. */
  readonly isOfV1Only?: true;
}

/** A controller. */
export interface ControllerFacts {
  /** What the check is called after. */
  readonly name: string;
  /** Its names in v1 and v2. */
  readonly controllers: readonly [Controller, ...Controller[]];
  /** What the user goes without. */
  readonly costs: string;
  readonly parts: readonly ControllerPart[];
}

/** Those that flags depend on, but for `devices`. */
export const CONTROLLER_FACTS: readonly ControllerFacts[] = [
  {
    name: "memory",
    controllers: ["memory"],
    costs: "a container can use up the memory of the host",
    parts: [
      { feature: "memory", name: "limit", flags: ["--memory"] },
      {
        feature: "reservation",
        name: "soft limit",
        flags: ["--memory-reservation"],
      },
      { feature: "swap", name: "swap accounting", flags: ["--memory-swap"] },
      {
        feature: "swappiness",
        name: "swappiness",
        flags: ["--memory-swappiness"],
        isOfV1Only: true,
      },
      {
        feature: "oomKillDisable",
        name: "switch for the OOM killer",
        flags: ["--oom-kill-disable"],
        isOfV1Only: true,
      },
    ],
  },
  {
    name: "cpu",
    controllers: ["cpu"],
    costs: "a container can keep all CPUs busy",
    parts: [
      { feature: "shares", name: "shares", flags: ["--cpu-shares"] },
      {
        feature: "quota",
        name: "quota",
        flags: ["--cpus", "--cpu-period", "--cpu-quota"],
      },
    ],
  },
  {
    name: "cpuset",
    controllers: ["cpuset"],
    costs: "containers cannot be kept on certain CPUs and memory nodes",
    parts: [
      {
        feature: "cpuset",
        name: "CPU list",
        flags: ["--cpuset-cpus", "--cpuset-mems"],
      },
    ],
  },
  {
    name: "pids",
    controllers: ["pids"],
    costs: "a container can use up all process numbers of the host",
    parts: [{ feature: "pids", name: "limit", flags: ["--pids-limit"] }],
  },
  {
    name: "io",
    controllers: ["blkio", "io"],
    costs: "a container can keep disks busy",
    parts: [
      { feature: "weight", name: "weight", flags: ["--blkio-weight"] },
      {
        feature: "readBps",
        name: "limit of bytes read",
        flags: ["--device-read-bps"],
      },
      {
        feature: "writeBps",
        name: "limit of bytes written",
        flags: ["--device-write-bps"],
      },
      {
        feature: "readIops",
        name: "limit of reads",
        flags: ["--device-read-iops"],
      },
      {
        feature: "writeIops",
        name: "limit of writes",
        flags: ["--device-write-iops"],
      },
    ],
  },
];
