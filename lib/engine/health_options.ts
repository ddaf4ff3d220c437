/**
 * `--health-*`: how a container's health is checked, with docker's defaults.
 *
 * @module
 */
import { parseDurationMs } from "../base/duration.ts";
import { UsageError } from "../base/errors.ts";
import type { HealthCheck } from "../monitor/health_state.ts";
import { invalidArgument } from "./invalid_argument.ts";
import type { LifecycleOptions } from "./run_options.ts";

/** The options that are about health. */
export type HealthOptions = Pick<
  LifecycleOptions,
  | "healthCmd"
  | "healthInterval"
  | "healthTimeout"
  | "healthStartPeriod"
  | "healthStartInterval"
  | "healthRetries"
  | "noHealthcheck"
>;

const DEFAULT_INTERVAL_MS = 30_000;
const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_START_INTERVAL_MS = 5000;
const DEFAULT_RETRIES = 3;

/**
 * Reads how health is checked. As in docker, 0 says nothing.
 *
 * @returns `undefined` if it is not.
 * @throws {UsageError} If a value is malformed, or options exclude each other.
 */
export function parseHealthCheck(
  options: HealthOptions,
): HealthCheck | undefined {
  const { healthCmd, noHealthcheck } = options;
  if (noHealthcheck && hasSettings(options)) {
    throw new UsageError("--no-healthcheck conflicts with --health-* options");
  }
  // Wrong values are told of even where nothing is checked.
  const timing = {
    intervalMs: duration("--health-interval", options.healthInterval) ||
      DEFAULT_INTERVAL_MS,
    timeoutMs: duration("--health-timeout", options.healthTimeout) ||
      DEFAULT_TIMEOUT_MS,
    retries: retries(options.healthRetries) || DEFAULT_RETRIES,
    startPeriodMs: duration("--health-start-period", options.healthStartPeriod),
    startIntervalMs:
      duration("--health-start-interval", options.healthStartInterval) ||
      DEFAULT_START_INTERVAL_MS,
  };
  if (healthCmd === undefined || healthCmd === "" || healthCmd === "none") {
    return undefined;
  }
  return { test: ["/bin/sh", "-c", healthCmd], ...timing };
}

function hasSettings(
  { noHealthcheck: _, ...settings }: HealthOptions,
): boolean {
  return settings.healthCmd !== undefined && settings.healthCmd !== "none" ||
    settings.healthInterval !== undefined ||
    settings.healthTimeout !== undefined ||
    settings.healthRetries !== undefined ||
    settings.healthStartPeriod !== undefined ||
    settings.healthStartInterval !== undefined;
}

function retries(count: number | undefined): number {
  if (count === undefined || count >= 0) return count ?? 0;
  throw new UsageError("--health-retries cannot be negative");
}

/** Milliseconds, 0 if it is not given. */
function duration(flag: string, text: string | undefined): number {
  if (text === undefined || text === "") return 0;
  if (/^-\d/.test(text)) throw new UsageError(`${flag} cannot be negative`);
  const ms = parse(flag, text);
  if (ms === 0 || ms >= 1) return ms;
  throw new UsageError(`${flag} cannot be less than 1ms`);
}

function parse(flag: string, text: string): number {
  try {
    return parseDurationMs(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw invalidArgument(flag, text, {
      why: error.message,
      advice: `${flag} 10s, 1m30s or 500ms`,
      cause: error,
    });
  }
}
