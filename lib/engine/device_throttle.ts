/**
 * `--device-read-bps` and its like: limits of single block devices. Read here;
 * the device's numbers are found at the container's start.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Block IO"
 */
import { parseByteSize } from "../base/byte_size.ts";
import { UsageError } from "../base/errors.ts";
import type { LinuxBlockIO, ThrottleDevice } from "../oci/linux_resources.ts";
import { invalidArgument } from "./invalid_argument.ts";
import type { LimitOptions } from "./run_options.ts";
import { normalizePath } from "./volume.ts";

/** The lists of `linux.resources.blockIO` that limit single devices. */
export type ThrottleList = Exclude<keyof LinuxBlockIO, "weight">;

/** Limits of single devices, by their numbers. */
export type ResolvedThrottles = Pick<LinuxBlockIO, ThrottleList>;

/** A limit of one device, by its path. */
export interface DeviceThrottle {
  readonly list: ThrottleList;
  /** Absolute path on the host. */
  readonly path: string;
  /** Bytes or operations a second. */
  readonly rate: number;
}

/** A flag that limits single devices. */
interface ThrottleFlag {
  readonly option: keyof LimitOptions;
  /** As the help writes it. */
  readonly label: string;
  readonly list: ThrottleList;
  readonly unit: "bytes" | "operations";
}

const FLAGS = [
  {
    option: "deviceReadBps",
    label: "--device-read-bps",
    list: "throttleReadBpsDevice",
    unit: "bytes",
  },
  {
    option: "deviceWriteBps",
    label: "--device-write-bps",
    list: "throttleWriteBpsDevice",
    unit: "bytes",
  },
  {
    option: "deviceReadIops",
    label: "--device-read-iops",
    list: "throttleReadIOPSDevice",
    unit: "operations",
  },
  {
    option: "deviceWriteIops",
    label: "--device-write-iops",
    list: "throttleWriteIOPSDevice",
    unit: "operations",
  },
] as const satisfies readonly ThrottleFlag[];

type ThrottleOptions = Pick<LimitOptions, typeof FLAGS[number]["option"]>;

/**
 * Reads the limits of single devices. Of several for one device the last one
 * counts.
 *
 * @throws {UsageError} In docker's words.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const none = { deviceWriteBps: [], deviceReadIops: [], deviceWriteIops: [] };
 * assert.deepEqual(
 *   parseThrottles({ ...none, deviceReadBps: ["/dev/sda:1mb"] }),
 *   [{ list: "throttleReadBpsDevice", path: "/dev/sda", rate: 1048576 }],
 * );
 * ```
 */
export function parseThrottles(options: ThrottleOptions): DeviceThrottle[] {
  return FLAGS.flatMap(({ option, label, list, unit }) => {
    const rates = new Map<string, number>();
    for (const text of options[option]) {
      const [path, rate] = parseThrottle(text, { label, unit });
      rates.set(path, rate);
    }
    return [...rates].map(([path, rate]) => ({ list, path, rate }));
  });
}

function parseThrottle(
  text: string,
  { label, unit }: Pick<ThrottleFlag, "label" | "unit">,
): [path: string, rate: number] {
  const invalid = (why: string): UsageError =>
    invalidArgument(label, text, { why });
  const colon = text.indexOf(":");
  if (colon < 0) throw invalid(`bad format: ${text}`);
  const [path, rate] = [text.slice(0, colon), text.slice(colon + 1)];
  if (!path.startsWith("/dev/")) {
    throw invalid(`bad format for device path: ${text}`);
  }
  const value = parseRate(rate, unit);
  if (value !== undefined) return [normalizePath(path), value];
  const format = unit === "bytes"
    ? "<device-path>:<number>[<unit>]. Number must be a positive integer. " +
      "Unit is optional and can be kb, mb, or gb"
    : "<device-path>:<number>. Number must be a positive integer";
  throw invalid(
    `invalid rate for device: ${text}. The correct format is ${format}`,
  );
}

function parseRate(
  text: string,
  unit: ThrottleFlag["unit"],
): number | undefined {
  if (unit === "operations") {
    const rate = /^\d+$/.test(text) ? Number(text) : NaN;
    return rate >= 1 && Number.isSafeInteger(rate) ? rate : undefined;
  }
  try {
    return parseByteSize(text) || undefined;
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** Numbers of a block device. */
export interface DeviceNumbers {
  readonly major: number;
  readonly minor: number;
}

/**
 * Puts the devices' numbers in place of their paths.
 *
 * @param statDevice Finds the numbers; throws if there is no such device.
 * @returns Only the lists that are not empty.
 */
export function resolveThrottles(
  throttles: readonly DeviceThrottle[],
  statDevice: (path: string) => DeviceNumbers,
): ResolvedThrottles {
  const found: Partial<Record<ThrottleList, ThrottleDevice[]>> = {};
  for (const { list, path, rate } of throttles) {
    const { major, minor } = statDevice(path);
    (found[list] ??= []).push({ major, minor, rate });
  }
  return found;
}
