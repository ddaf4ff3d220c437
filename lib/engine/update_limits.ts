/**
 * `update`: other limits for a container that exists. Pure.
 *
 * @module
 */
import { ConflictError } from "../base/errors.ts";
import type {
  LinuxCpu,
  LinuxMemory,
  LinuxResources,
} from "../oci/linux_resources.ts";
import type { ContainerConfig } from "./container_config.ts";
import type { HostFacts } from "./host_facts.ts";
import { parseSizeArgument } from "./invalid_argument.ts";
import { type CgroupOptions, parseResources } from "./resources.ts";
import type { LimitOptions } from "./run_options.ts";

/** The limits that can be changed; what is absent stays. */
export type UpdatedLimits = Pick<
  LimitOptions,
  | "memory"
  | "memoryReservation"
  | "memorySwap"
  | "cpus"
  | "cpuShares"
  | "cpuPeriod"
  | "cpuQuota"
  | "cpusetCpus"
  | "cpusetMems"
  | "pidsLimit"
  | "blkioWeight"
>;

/** What a configuration has of limits. */
export type CurrentLimits = Pick<
  ContainerConfig,
  "id" | "resources" | "nanoCpus"
>;

/** What is to be written where. */
export interface LimitUpdate {
  /** For the configuration: all limits. */
  readonly config: Pick<ContainerConfig, "resources" | "nanoCpus">;
  /** For the cgroup: those that change, and those that belong to them. */
  readonly changes: LinuxResources;
}

const NOTHING = {
  oomKillDisable: false,
  deviceReadBps: [],
  deviceWriteBps: [],
  deviceReadIops: [],
  deviceWriteIops: [],
  deviceCgroupRules: [],
  cgroups: "enabled",
  ulimits: [],
} as const satisfies CgroupOptions;

/**
 * Works out new limits. As in docker, 0 says nothing.
 *
 * @throws {UsageError} If one is malformed, in docker's words.
 * @throws {ConflictError} If one does not go with those that stay.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import type { ContainerId } from "../base/identifiers.ts";
 * const current = { id: "ab".repeat(32) as ContainerId, resources: {} };
 * const host = { onlineCpus: "0-1", onlineMems: "0", hostname: "host" };
 * assert.deepEqual(
 *   updateLimits(current, { pidsLimit: 100 }, host).changes,
 *   { pids: { limit: 100 } },
 * );
 * ```
 */
export function updateLimits(
  current: CurrentLimits,
  limits: UpdatedLimits,
  host: HostFacts,
): LimitUpdate {
  assertCpusCompatible(current, limits);
  const texts = memoryTexts(current.resources.memory, limits);
  const options = { ...NOTHING, ...limits, ...texts };
  const asked = parseResources(options, { id: current.id, host });
  const { pids, blockIO } = asked.resources;
  const memory = changedMemory(asked.resources.memory, limits);
  const cpu = changedCpu(current.resources.cpu, asked.resources.cpu);
  const changes: LinuxResources = {
    ...(memory === undefined ? {} : { memory }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(limits.pidsLimit === undefined || pids === undefined ? {} : { pids }),
    ...(blockIO === undefined ? {} : { blockIO }),
  };
  const nanoCpus = asked.nanoCpus ?? current.nanoCpus;
  return {
    config: {
      resources: merge(current.resources, changes),
      ...(nanoCpus === undefined ? {} : { nanoCpus }),
    },
    changes,
  };
}

function assertCpusCompatible(
  { resources: { cpu }, nanoCpus }: CurrentLimits,
  { cpus, cpuPeriod, cpuQuota }: UpdatedLimits,
): void {
  if (nanoCpus !== undefined) {
    if (cpuPeriod) throw cpusError("CPU Period", "NanoCPUs");
    if (cpuQuota) throw cpusError("CPU Quota", "NanoCPUs");
  } else if (cpus !== undefined) {
    if (cpu?.period) throw cpusError("Nano CPUs", "CPU Period");
    if (cpu?.quota) throw cpusError("Nano CPUs", "CPU Quota");
  }
}

function cpusError(updated: string, set: string): ConflictError {
  return new ConflictError(
    `Conflicting options: ${updated} cannot be updated as ${set} has already been set`,
  );
}

type MemoryTexts = Pick<
  UpdatedLimits,
  "memory" | "memorySwap" | "memoryReservation"
>;

/** The limits of memory that are to be, as if all of them had been given. */
function memoryTexts(
  current: LinuxMemory | undefined,
  limits: UpdatedLimits,
): MemoryTexts {
  const memory = given(limits.memory);
  const memorySwap = given(limits.memorySwap);
  if (memory !== undefined && memorySwap === undefined) {
    assertBelowSwap(parseSizeArgument("-m, --memory", memory), current?.swap);
  }
  const all: { [Name in keyof MemoryTexts]: string | undefined } = {
    memory: memory ?? current?.limit?.toString(),
    memorySwap: memorySwap ?? current?.swap?.toString(),
    memoryReservation: given(limits.memoryReservation) ??
      current?.reservation?.toString(),
  };
  return Object.fromEntries(
    Object.entries(all).filter(([, text]) => text !== undefined),
  );
}

/** A text that says something. */
function given(text: string | undefined): string | undefined {
  return text === "0" ? undefined : text;
}

function assertBelowSwap(limit: number, swap: number | undefined): void {
  if (swap === undefined || swap < 0 || limit <= swap) return;
  throw new ConflictError(
    "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time",
    { advice: "--memory-swap as well; it counts memory and swap together" },
  );
}

/** Memory and swap go together: cgroup v2 counts swap alone. */
function changedMemory(
  { limit, swap, reservation }: LinuxMemory = {},
  limits: UpdatedLimits,
): LinuxMemory | undefined {
  const { memory, memorySwap, memoryReservation } = limits;
  const isTotal = (memory ?? memorySwap) !== undefined;
  const changed = {
    ...(isTotal && limit !== undefined ? { limit } : {}),
    ...(isTotal && swap !== undefined ? { swap } : {}),
    ...(memoryReservation !== undefined && reservation !== undefined
      ? { reservation }
      : {}),
  };
  return Object.keys(changed).length === 0 ? undefined : changed;
}

/** Quota and period go together: cgroup v2 has them in one file. */
function changedCpu(
  current: LinuxCpu = {},
  asked: LinuxCpu | undefined,
): LinuxCpu | undefined {
  if (asked?.quota === undefined && asked?.period === undefined) return asked;
  const { quota, period } = current;
  return {
    ...(quota === undefined ? {} : { quota }),
    ...(period === undefined ? {} : { period }),
    ...asked,
  };
}

function merge(
  current: LinuxResources,
  changes: LinuxResources,
): LinuxResources {
  const { memory, cpu, blockIO } = changes;
  return {
    ...current,
    ...changes,
    ...(memory && { memory: { ...current.memory, ...memory } }),
    ...(cpu && { cpu: { ...current.cpu, ...cpu } }),
    ...(blockIO && { blockIO: { ...current.blockIO, ...blockIO } }),
  };
}
