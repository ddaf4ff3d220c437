/**
 * Limits that this host cannot enforce: taken out, each with a warning. The
 * words are docker's, since scripts look for them. Pure.
 *
 * @module
 */
import { HostError } from "../../base/errors.ts";
import type {
  DeviceCgroupRule,
  LinuxBlockIO,
  LinuxCpu,
  LinuxMemory,
  LinuxPids,
  LinuxResources,
} from "../../oci/linux_resources.ts";
import { type Feature, supports } from "./feature.ts";
import { isGiven } from "./limit.ts";
import { judgesDevices } from "./resources.ts";
import type { CgroupSurvey } from "./survey.ts";

/** What can be limited. */
export interface RemainingLimits {
  readonly resources: LinuxResources;
  /** Why what is gone is gone. */
  readonly warnings: readonly string[];
}

/** What the user has asked for and `resources` do not tell. */
export interface AskedLimits {
  /** `--cpus` in billionths; `resources.cpu` has it as a quota. */
  readonly nanoCpus?: number | undefined;
}

/** Whether a limit can be kept; if not, there may be something to say. */
type Keeps = (feature: Feature, warning?: string) => boolean;

/** Members of `blockIO`, what they need, and how docker calls them. */
const THROTTLES = [
  ["throttleReadBpsDevice", "readBps", "BPS Block I/O read", "I/O BPS read"],
  [
    "throttleWriteBpsDevice",
    "writeBps",
    "BPS Block I/O write",
    "I/O BPS write",
  ],
  ["throttleReadIOPSDevice", "readIops", "IOPS Block read", "I/O IOPS read"],
  [
    "throttleWriteIOPSDevice",
    "writeIops",
    "IOPS Block write",
    "I/O IOPS write",
  ],
] as const;

/**
 * Takes out what this host cannot limit.
 *
 * @param survey Of this host, for the container's cgroup.
 * @param resources What is asked for.
 * @throws {HostError} Where docker refuses as well: `--cpus` is not given up.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const host = { mode: "none", hierarchies: [] } as const;
 * assert.deepEqual(discardLimits(host, { pids: { limit: 100 } }), {
 *   resources: {},
 *   warnings: [
 *     "Your kernel does not support PIDs limit capabilities or the cgroup is not mounted. PIDs limit discarded.",
 *   ],
 * });
 * ```
 */
export function discardLimits(
  survey: CgroupSurvey,
  resources: LinuxResources,
  asked: AskedLimits = {},
): RemainingLimits {
  if (asked.nanoCpus !== undefined && !supports(survey, "quota")) {
    throw new HostError(
      "NanoCPUs can not be set, as your kernel does not support CPU CFS scheduler or the cgroup is not mounted",
      { advice: "run it without --cpus" },
    );
  }
  const warnings: string[] = [];
  const keeps: Keeps = (feature, warning) => {
    if (supports(survey, feature)) return true;
    if (warning !== undefined) warnings.push(warning);
    return false;
  };
  const { memory, cpu, pids, blockIO, devices } = resources;
  const left: LinuxResources = {
    ...(memory && { memory: memoryLeft(memory, keeps) }),
    ...(pids && pidsLeft(pids, keeps)),
    ...(cpu && { cpu: cpuLeft(cpu, keeps) }),
    ...(blockIO && { blockIO: blockIoLeft(blockIO, keeps) }),
    ...(devices && devicesLeft(devices, survey, warnings)),
  };
  if (left.memory?.disableOOMKiller === true && !isLimit(left.memory.limit)) {
    warnings.push(
      "OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.",
    );
  }
  if (warnings.length > 0) warnings.push(...occupied(survey));
  return { resources: left, warnings };
}

function isLimit(value: number | undefined): value is number {
  return value !== undefined && value > 0;
}

function memoryLeft(memory: LinuxMemory, keeps: Keeps): LinuxMemory {
  const { limit, swap, reservation, swappiness, disableOOMKiller } = memory;
  const hasLimit = limit !== undefined && keeps(
    "memory",
    "Your kernel does not support memory limit capabilities or the cgroup is not mounted. Limitation discarded.",
  );
  const hasSwap = swap !== undefined && keeps(
    "swap",
    // Without a limit of memory, there is nothing to warn of once more.
    hasLimit && isLimit(swap)
      ? "Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap."
      : undefined,
  );
  const hasReservation = reservation !== undefined && keeps(
    "reservation",
    "Your kernel does not support memory soft limit capabilities or the cgroup is not mounted. Limitation discarded.",
  );
  const hasSwappiness = swappiness !== undefined && keeps(
    "swappiness",
    "Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.",
  );
  const hasOomKillDisable = disableOOMKiller === true && keeps(
    "oomKillDisable",
    "Your kernel does not support OomKillDisable. OomKillDisable discarded.",
  );
  return {
    ...(hasLimit ? { limit } : {}),
    ...(hasSwap ? { swap } : {}),
    ...(hasReservation ? { reservation } : {}),
    ...(hasSwappiness ? { swappiness } : {}),
    ...(hasOomKillDisable ? { disableOOMKiller } : {}),
  };
}

function pidsLeft(pids: LinuxPids, keeps: Keeps): LinuxResources {
  const warning = isLimit(pids.limit)
    ? "Your kernel does not support PIDs limit capabilities or the cgroup is not mounted. PIDs limit discarded."
    : undefined;
  return keeps("pids", warning) ? { pids } : {};
}

function cpuLeft(cpu: LinuxCpu, keeps: Keeps): LinuxCpu {
  const { shares, period, quota, cpus, mems } = cpu;
  const hasShares = isGiven(shares) && keeps(
    "shares",
    "Your kernel does not support CPU shares or the cgroup is not mounted. Shares discarded.",
  );
  const hasQuota = (isGiven(period) || isGiven(quota)) && keeps(
    "quota",
    "Your kernel does not support CPU CFS scheduler. CPU period/quota discarded.",
  );
  const hasCpuset = (cpus ?? mems ?? "") !== "" && keeps(
    "cpuset",
    "Your kernel does not support cpuset or the cgroup is not mounted. Cpuset discarded.",
  );
  return {
    ...(hasShares ? { shares } : {}),
    ...(hasQuota && period !== undefined ? { period } : {}),
    ...(hasQuota && quota !== undefined ? { quota } : {}),
    ...(hasCpuset && cpus !== undefined ? { cpus } : {}),
    ...(hasCpuset && mems !== undefined ? { mems } : {}),
  };
}

function blockIoLeft(blockIO: LinuxBlockIO, keeps: Keeps): LinuxBlockIO {
  const { weight } = blockIO;
  const hasWeight = isGiven(weight) && keeps(
    "weight",
    "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.",
  );
  const throttles = THROTTLES.flatMap(([member, feature, limit, discarded]) => {
    const devices = blockIO[member];
    if (devices === undefined || devices.length === 0) return [];
    const isKept = keeps(
      feature,
      `Your kernel does not support ${limit} limit or the cgroup is not mounted. Block ${discarded} limit discarded.`,
    );
    return isKept ? [[member, devices] as const] : [];
  });
  return { ...(hasWeight ? { weight } : {}), ...Object.fromEntries(throttles) };
}

/** Not docker's words: it has no such case. */
function devicesLeft(
  devices: readonly DeviceCgroupRule[],
  survey: CgroupSurvey,
  warnings: string[],
): LinuxResources {
  if (judgesDevices(survey) !== "nothing") return { devices };
  warnings.push(
    "Your kernel does not support device limits or the cgroup is not mounted. Access to devices is not limited.",
  );
  return {};
}

/** Not docker's words: why a controller that the kernel has is of no use. */
function occupied({ hierarchies }: CgroupSurvey): string[] {
  return hierarchies.flatMap((hierarchy) =>
    hierarchy.version === "v1" || hierarchy.occupied === undefined ? [] : [
      `No more controllers can be enabled in "${hierarchy.occupied}", as it has processes of its own. Move them into a cgroup below.`,
    ]
  );
}
