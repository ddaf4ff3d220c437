/**
 * The flags that limit CPU time, as `linux.resources.cpu`.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "CPU"
 */
import { UsageError } from "../base/errors.ts";
import type { LinuxCpu } from "../oci/linux_resources.ts";
import type { HostFacts } from "./host_facts.ts";
import { invalidArgument } from "./invalid_argument.ts";
import { countNumbers, isSublist, parseNumberList } from "./number_list.ts";
import type { LimitOptions } from "./run_options.ts";

/** The options that are about CPU time. */
export type CpuOptions = Pick<
  LimitOptions,
  "cpus" | "cpuShares" | "cpuPeriod" | "cpuQuota" | "cpusetCpus" | "cpusetMems"
>;

/** Limits of CPU time. */
export interface CpuLimits {
  readonly cpu: LinuxCpu;
  /** `--cpus` in billionths; `cpu` has it as a quota. */
  readonly nanoCpus?: number;
}

const NANO = 9;
/** Microseconds over which `--cpus` is measured; the kernel's own default. */
const PERIOD_US = 100_000;
/** What the kernel takes as a period, and as the least quota. */
const MIN_US = 1000;
const MAX_PERIOD_US = 1_000_000;
/** What the kernel takes as a weight. */
const MIN_SHARES = 2;
const MAX_SHARES = 262_144;

/**
 * Reads the limits of CPU time. As in docker, 0 says nothing.
 *
 * @throws {UsageError} In docker's words.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const host = { onlineCpus: "0-3", onlineMems: "0" };
 * assert.deepEqual(parseCpu({ cpus: "1.5" }, host), {
 *   cpu: { quota: 150_000, period: 100_000 },
 *   nanoCpus: 1_500_000_000,
 * });
 * ```
 */
export function parseCpu(
  options: CpuOptions,
  host: Pick<HostFacts, "onlineCpus" | "onlineMems">,
): CpuLimits {
  const shares = checkShares(options.cpuShares || undefined);
  const period = checkPeriod(options.cpuPeriod || undefined);
  const quota = checkQuota(options.cpuQuota || undefined);
  const nanoCpus = parseCpus(options.cpus, host);
  if (nanoCpus !== undefined) {
    if (period !== undefined) throw conflictWithCpus("Period");
    if (quota !== undefined) throw conflictWithCpus("Quota");
  }
  const share = nanoCpus === undefined
    ? { quota, period }
    : { quota: quotaOf(nanoCpus), period: PERIOD_US };
  const cpus = cpuset(options.cpusetCpus, {
    name: "cpus",
    things: "CPUs",
    available: () => host.onlineCpus,
  });
  const mems = cpuset(options.cpusetMems, {
    name: "mems",
    things: "memory nodes",
    available: () => host.onlineMems,
  });
  return {
    cpu: {
      ...(shares === undefined ? {} : { shares }),
      ...(share.quota === undefined ? {} : { quota: share.quota }),
      ...(share.period === undefined ? {} : { period: share.period }),
      ...(cpus === undefined ? {} : { cpus }),
      ...(mems === undefined ? {} : { mems }),
    },
    ...(nanoCpus === undefined ? {} : { nanoCpus }),
  };
}

/** Billionths of a CPU as microseconds of each period. */
function quotaOf(nanoCpus: number): number {
  return Math.floor(nanoCpus / (10 ** NANO / PERIOD_US));
}

function parseCpus(
  text: string | undefined,
  host: Pick<HostFacts, "onlineCpus">,
): number | undefined {
  if (text === undefined || text === "") return undefined;
  const label = "--cpus";
  const [matched, sign = "", whole = "", fraction = ""] =
    /^([+-]?)(\d*)\.?(\d*)$/.exec(text) ?? [];
  if (matched === undefined || `${whole}${fraction}` === "") {
    const why = `failed to parse ${text} as a rational number`;
    throw invalidArgument(label, text, { why });
  }
  const digits = fraction.replace(/0+$/, "");
  if (digits.length > NANO) {
    throw invalidArgument(label, text, { why: "value is too precise" });
  }
  // Digits are put together as text: 0.1 + 0.2 is not 0.3 for a computer.
  const nano = Number(`${sign}${whole}${digits.padEnd(NANO, "0")}`);
  if (nano === 0) return undefined;
  const count = countNumbers(host.onlineCpus);
  if (quotaOf(nano) >= MIN_US && nano <= count * 10 ** NANO) return nano;
  throw new UsageError(
    `Range of CPUs is from 0.01 to ${count}.00, as there are only ${count} CPUs available`,
  );
}

function conflictWithCpus(what: "Period" | "Quota"): UsageError {
  return new UsageError(
    `Conflicting options: Nano CPUs and CPU ${what} cannot both be set`,
    { advice: `--cpus alone, or --cpu-${what.toLowerCase()} without it` },
  );
}

function checkShares(shares: number | undefined): number | undefined {
  if (shares === undefined) return undefined;
  if (shares < MIN_SHARES) {
    throw new UsageError(`the minimum allowed cpu-shares is ${MIN_SHARES}`);
  }
  if (shares > MAX_SHARES) {
    throw new UsageError(`the maximum allowed cpu-shares is ${MAX_SHARES}`);
  }
  return shares;
}

function checkPeriod(period: number | undefined): number | undefined {
  if (period === undefined) return undefined;
  if (period >= MIN_US && period <= MAX_PERIOD_US) return period;
  throw new UsageError(
    "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)",
  );
}

function checkQuota(quota: number | undefined): number | undefined {
  if (quota === undefined) return undefined;
  if (quota < 0 || !Number.isSafeInteger(quota)) return -1;
  if (quota >= MIN_US) return quota;
  throw new UsageError("CPU cfs quota can not be less than 1ms (i.e. 1000)");
}

/** What a cpuset is a set of. */
interface CpusetKind {
  readonly name: "cpus" | "mems";
  readonly things: string;
  available(): string;
}

function cpuset(
  text: string | undefined,
  { name, things, available }: CpusetKind,
): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (parseNumberList(text) === undefined) {
    throw new UsageError(
      `Invalid value ${text} for cpuset ${name}: invalid format: ${text}`,
      { advice: "a list such as 0-2,7" },
    );
  }
  if (isSublist(text, available())) return text;
  throw new UsageError(
    `Requested ${things} are not available - requested ${text}, available: ${available()}`,
  );
}
