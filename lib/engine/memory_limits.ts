/**
 * The flags that limit memory, as `linux.resources.memory`.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Memory"
 */
import { UsageError } from "../base/errors.ts";
import type { LinuxMemory } from "../oci/linux_resources.ts";
import { parseSizeArgument } from "./invalid_argument.ts";
import type { LimitOptions } from "./run_options.ts";

/** The options that are about memory. */
export type MemoryOptions = Pick<
  LimitOptions,
  | "memory"
  | "memoryReservation"
  | "memorySwap"
  | "memorySwappiness"
  | "oomKillDisable"
>;

/** Less than what a container's start itself takes. */
const MIN_LIMIT_BYTES = 6 * 1024 ** 2;

/**
 * Reads the limits of memory. As in docker, 0 says nothing, and memory and
 * swap together are twice the memory unless they are limited themselves.
 *
 * @throws {UsageError} In docker's words.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const MIB = 1024 ** 2;
 * assert.deepEqual(
 *   parseMemory({ memory: "64m", oomKillDisable: false }),
 *   { limit: 64 * MIB, swap: 128 * MIB },
 * );
 * ```
 */
export function parseMemory(options: MemoryOptions): LinuxMemory {
  const limit = size("-m, --memory", options.memory);
  const reservation = size("--memory-reservation", options.memoryReservation);
  if (limit !== undefined && limit < MIN_LIMIT_BYTES) {
    throw new UsageError("Minimum memory limit allowed is 6MB");
  }
  if (reservation !== undefined && reservation < MIN_LIMIT_BYTES) {
    throw new UsageError("Minimum memory reservation allowed is 6MB");
  }
  if (limit !== undefined && reservation !== undefined && limit < reservation) {
    throw new UsageError(
      "Minimum memory limit can not be less than memory reservation limit, see usage",
    );
  }
  const swap = memoryAndSwap(options.memorySwap, limit);
  const swappiness = checkSwappiness(options.memorySwappiness);
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(reservation === undefined ? {} : { reservation }),
    ...(swap === undefined ? {} : { swap }),
    ...(swappiness === undefined ? {} : { swappiness }),
    ...(options.oomKillDisable ? { disableOOMKiller: true } : {}),
  };
}

function memoryAndSwap(
  text: string | undefined,
  limit: number | undefined,
): number | undefined {
  if (text === "-1") return -1;
  const swap = size("--memory-swap", text);
  if (swap === undefined) {
    return limit === undefined
      ? undefined
      : Math.min(2 * limit, Number.MAX_SAFE_INTEGER);
  }
  if (limit === undefined) {
    throw new UsageError(
      "You should always set the Memory limit when using Memoryswap limit, see usage",
      { advice: "--memory as well" },
    );
  }
  if (swap < limit) {
    throw new UsageError(
      "Minimum memoryswap limit should be larger than memory limit, see usage",
      { advice: "--memory-swap counts memory and swap together" },
    );
  }
  return swap;
}

function checkSwappiness(value: number | undefined): number | undefined {
  if (value === undefined || value === -1) return undefined;
  if (value >= 0 && value <= 100) return value;
  throw new UsageError(
    `invalid value: ${value}. Valid memory swappiness range is 0-100`,
  );
}

function size(label: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return parseSizeArgument(label, text) || undefined;
}
