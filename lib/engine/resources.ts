/**
 * The flags that limit what a container uses up, as `linux.resources`.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Control groups"
 */
import { UsageError } from "../base/errors.ts";
import { DEFAULT_PARENT } from "../runtime/cgroups/parents.ts";
import type { ContainerId } from "../base/identifiers.ts";
import type { LinuxResources } from "../oci/linux_resources.ts";
import type { ContainerConfig } from "./container_config.ts";
import { parseCpu } from "./cpu_limits.ts";
import { parseThrottles } from "./device_throttle.ts";
import type { HostFacts } from "./host_facts.ts";
import { parseMemory } from "./memory_limits.ts";
import type { IsolationOptions, LimitOptions } from "./run_options.ts";

/** What of a configuration is about cgroups. */
export type CgroupConfig = Pick<
  ContainerConfig,
  "cgroupsPath" | "resources" | "nanoCpus" | "throttles"
>;

/** The options that are about cgroups. */
export type CgroupOptions =
  & LimitOptions
  & Pick<IsolationOptions, "deviceCgroupRules">;

/** Room for any server, too little to take the host down. */
const DEFAULT_PIDS = 2048;

/** The kernel counts no further, so that more is no limit. */
const MAX_PIDS = 4_194_304;

const BLOCK_WEIGHT = { min: 10, max: 1000 };

/** Options that need a cgroup, by their flags. */
const NEEDING_CGROUPS = {
  memory: "--memory",
  memoryReservation: "--memory-reservation",
  memorySwap: "--memory-swap",
  memorySwappiness: "--memory-swappiness",
  oomKillDisable: "--oom-kill-disable",
  cpus: "--cpus",
  cpuShares: "--cpu-shares",
  cpuPeriod: "--cpu-period",
  cpuQuota: "--cpu-quota",
  cpusetCpus: "--cpuset-cpus",
  cpusetMems: "--cpuset-mems",
  pidsLimit: "--pids-limit",
  blkioWeight: "--blkio-weight",
  deviceReadBps: "--device-read-bps",
  deviceWriteBps: "--device-write-bps",
  deviceReadIops: "--device-read-iops",
  deviceWriteIops: "--device-write-iops",
  deviceCgroupRules: "--device-cgroup-rule",
  cgroupParent: "--cgroup-parent",
} as const satisfies Partial<Record<keyof CgroupOptions, string>>;

/**
 * Reads the limits, and where the container's cgroups are.
 *
 * @throws {UsageError} If a limit is malformed, or given without cgroups.
 */
export function parseResources(
  options: CgroupOptions,
  { id, host }: { readonly id: ContainerId; readonly host: HostFacts },
): CgroupConfig {
  if (options.cgroups === "disabled") {
    assertUnlimited(options);
    return { resources: {}, throttles: [] };
  }
  const memory = parseMemory(options);
  const { cpu, nanoCpus } = parseCpu(options, host);
  const weight = checkBlockWeight(options.blkioWeight || undefined);
  const resources: LinuxResources = {
    ...(isEmpty(memory) ? {} : { memory }),
    ...(isEmpty(cpu) ? {} : { cpu }),
    pids: { limit: pidsLimit(options.pidsLimit) },
    ...(weight === undefined ? {} : { blockIO: { weight } }),
  };
  return {
    cgroupsPath: `${cgroupParent(options.cgroupParent)}/${id}`,
    resources,
    ...(nanoCpus === undefined ? {} : { nanoCpus }),
    throttles: parseThrottles(options),
  };
}

function assertUnlimited(options: CgroupOptions): void {
  for (const [name, flag] of Object.entries(NEEDING_CGROUPS)) {
    const value = options[name as keyof typeof NEEDING_CGROUPS];
    if (!asksForSomething(value)) continue;
    throw new UsageError(
      `conflicting options: ${flag} and --cgroups=disabled`,
      { advice: "a container without cgroups cannot be limited" },
    );
  }
}

/** Whether an option says more than that there is no limit. */
function asksForSomething(
  value: CgroupOptions[keyof typeof NEEDING_CGROUPS],
): boolean {
  if (typeof value === "number") return value > 0;
  return typeof value === "object" ? value.length > 0 : Boolean(value);
}

/**
 * Where cgroups are made: an absolute path, without a slash at its end.
 *
 * @throws {UsageError} If it leads upwards or is not a path.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(cgroupParent("ci/jobs"), "/ci/jobs");
 * assert.equal(cgroupParent(undefined), "/tsdocker");
 * ```
 */
export function cgroupParent(text: string | undefined): string {
  if (text === undefined || text === "") return DEFAULT_PARENT;
  const components = text.split("/").filter((part) => part !== "");
  const isWrong = components.some((part) => part === "." || part === "..") ||
    /\p{Cc}/u.test(text);
  if (isWrong) {
    throw new UsageError(
      `invalid cgroup parent "${text}": it has to be a path without "." and ".."`,
      {
        advice: "a path below the root of every hierarchy, such as /ci/jobs",
      },
    );
  }
  return components.map((part) => `/${part}`).join("");
}

function pidsLimit(limit: number | undefined): number {
  if (limit === undefined) return DEFAULT_PIDS;
  return limit <= 0 || limit > MAX_PIDS ? -1 : limit;
}

function checkBlockWeight(weight: number | undefined): number | undefined {
  if (weight === undefined) return undefined;
  if (weight >= BLOCK_WEIGHT.min && weight <= BLOCK_WEIGHT.max) return weight;
  throw new UsageError("Range of blkio weight is from 10 to 1000");
}

function isEmpty(limits: object): boolean {
  return Object.keys(limits).length === 0;
}
