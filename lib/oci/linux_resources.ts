/**
 * `linux.resources` of a runtime specification: what a cgroup limits. Types
 * only. An absent field keeps the kernel's value.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Control groups"
 */

/** All limits. */
export interface LinuxResources {
  /** In order; a later rule overrides an earlier one. */
  readonly devices?: readonly DeviceCgroupRule[];
  readonly memory?: LinuxMemory;
  readonly cpu?: LinuxCpu;
  readonly pids?: LinuxPids;
  readonly blockIO?: LinuxBlockIO;
}

/** Allows or denies access to device nodes. @see "Allowed Device list" */
export interface DeviceCgroupRule {
  readonly allow: boolean;
  /** `a`, or absent, is both kinds; numbers and access are then ignored. */
  readonly type?: "a" | "c" | "b";
  /** Absent is any. */
  readonly major?: number;
  /** Absent is any. */
  readonly minor?: number;
  /** Of the letters `r`, `w` and `m` (mknod); absent is all. */
  readonly access?: string;
}

/** @see "Memory" */
export interface LinuxMemory {
  /** Bytes; `-1` is unlimited. */
  readonly limit?: number;
  /** Soft limit, bytes; `-1` is unlimited. */
  readonly reservation?: number;
  /** Memory **plus** swap, bytes; `-1` is unlimited. */
  readonly swap?: number;
  /** 0 to 100; cgroup v1 only. */
  readonly swappiness?: number;
  /** Whether a process that needs more waits instead of being killed; cgroup v1 only. */
  readonly disableOOMKiller?: boolean;
}

/** @see "CPU" */
export interface LinuxCpu {
  /** Relative weight, 2 to 262144, as cgroup v1 counts; 1024 is ordinary. */
  readonly shares?: number;
  /** CPU time in a period, microseconds; `-1` is unlimited. */
  readonly quota?: number;
  /** Microseconds. */
  readonly period?: number;
  /** Such as `0-2,7`. */
  readonly cpus?: string;
  /** Memory nodes, such as `0`. */
  readonly mems?: string;
}

/** @see "PIDs" */
export interface LinuxPids {
  /** Tasks, threads included; `-1` is unlimited. */
  readonly limit: number;
}

/** @see "Block IO" */
export interface LinuxBlockIO {
  /** 10 to 1000. */
  readonly weight?: number;
  readonly throttleReadBpsDevice?: readonly ThrottleDevice[];
  readonly throttleWriteBpsDevice?: readonly ThrottleDevice[];
  readonly throttleReadIOPSDevice?: readonly ThrottleDevice[];
  readonly throttleWriteIOPSDevice?: readonly ThrottleDevice[];
}

/** A limit of one block device. */
export interface ThrottleDevice {
  readonly major: number;
  readonly minor: number;
  /** Bytes or operations a second. */
  readonly rate: number;
}
