/**
 * The limits among `HostConfig` of an inspected container. Pure.
 *
 * @module
 * @see docs.docker.com/reference/api/engine, "Inspect a container"
 */
import { DEFAULT_PARENT } from "../../runtime/cgroups/parents.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { ThrottleList } from "../device_throttle.ts";

/** What of a configuration is about limits. */
export type LimitConfig = Pick<
  ContainerConfig,
  "resources" | "nanoCpus" | "throttles" | "cgroupsPath"
>;

/** A limit of one device under docker's names. */
export interface InspectedThrottle {
  readonly Path: string;
  readonly Rate: number;
}

/** Limits under docker's names; 0 where there is none. */
export interface InspectedLimits {
  readonly CpuShares: number;
  /** Bytes. */
  readonly Memory: number;
  /** Billionths of a CPU. */
  readonly NanoCpus: number;
  /** Empty for the usual one. */
  readonly CgroupParent: string;
  readonly BlkioWeight: number;
  readonly BlkioWeightDevice: readonly never[];
  readonly BlkioDeviceReadBps: readonly InspectedThrottle[];
  readonly BlkioDeviceWriteBps: readonly InspectedThrottle[];
  readonly BlkioDeviceReadIOps: readonly InspectedThrottle[];
  readonly BlkioDeviceWriteIOps: readonly InspectedThrottle[];
  /** Microseconds; 0 if `NanoCpus` says it. */
  readonly CpuPeriod: number;
  readonly CpuQuota: number;
  readonly CpuRealtimePeriod: 0;
  readonly CpuRealtimeRuntime: 0;
  readonly CpusetCpus: string;
  readonly CpusetMems: string;
  readonly KernelMemory: 0;
  readonly MemoryReservation: number;
  readonly MemorySwap: number;
  readonly MemorySwappiness: number | null;
  readonly OomKillDisable: boolean;
  readonly PidsLimit: number | null;
}

/** What a container is limited to. */
export function inspectLimits(config: LimitConfig): InspectedLimits {
  const { nanoCpus, cgroupsPath } = config;
  const { memory = {}, cpu = {}, pids, blockIO = {} } = config.resources;
  const throttles = (list: ThrottleList): InspectedThrottle[] =>
    config.throttles.filter((throttle) => throttle.list === list)
      .map(({ path, rate }) => ({ Path: path, Rate: rate }));
  return {
    CpuShares: cpu.shares ?? 0,
    Memory: memory.limit ?? 0,
    NanoCpus: nanoCpus ?? 0,
    CgroupParent: cgroupParent(cgroupsPath),
    BlkioWeight: blockIO.weight ?? 0,
    BlkioWeightDevice: [],
    BlkioDeviceReadBps: throttles("throttleReadBpsDevice"),
    BlkioDeviceWriteBps: throttles("throttleWriteBpsDevice"),
    BlkioDeviceReadIOps: throttles("throttleReadIOPSDevice"),
    BlkioDeviceWriteIOps: throttles("throttleWriteIOPSDevice"),
    CpuPeriod: nanoCpus === undefined ? cpu.period ?? 0 : 0,
    CpuQuota: nanoCpus === undefined ? cpu.quota ?? 0 : 0,
    CpuRealtimePeriod: 0,
    CpuRealtimeRuntime: 0,
    CpusetCpus: cpu.cpus ?? "",
    CpusetMems: cpu.mems ?? "",
    KernelMemory: 0,
    MemoryReservation: memory.reservation ?? 0,
    MemorySwap: memory.swap ?? 0,
    MemorySwappiness: memory.swappiness ?? null,
    OomKillDisable: memory.disableOOMKiller ?? false,
    PidsLimit: pids?.limit ?? null,
  };
}

/** Where the container's own cgroup is, if that is not where all are. */
function cgroupParent(cgroupsPath: string | undefined): string {
  const parent = cgroupsPath?.slice(0, cgroupsPath.lastIndexOf("/")) ?? "";
  return parent === DEFAULT_PARENT ? "" : parent;
}
