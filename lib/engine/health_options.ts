/**
 * `--health-*`: how a container's health is checked, with docker's defaults.
 *
 * @module
 */
import { parseDurationMs } from "../base/duration.ts";
import { UsageError } from "../base/errors.ts";
import type { HealthCheck } from "../monitor/health_state.ts";
import { invalidArgument } from "./invalid_argument.ts";
import type { ImageSettings } from "../oci/image_spec.ts";
import type { LifecycleOptions, RunOptions } from "./run_options.ts";

/** The options that are about health. */
export type HealthOptions =
  & Pick<
    LifecycleOptions,
    | "healthCmd"
    | "healthInterval"
    | "healthTimeout"
    | "healthStartPeriod"
    | "healthStartInterval"
    | "healthRetries"
    | "noHealthcheck"
  >
  & Pick<RunOptions, "imageSettings">;

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
  const { noHealthcheck, imageSettings = {} } = options;
  if (noHealthcheck && hasSettings(options)) {
    throw new UsageError("--no-healthcheck conflicts with --health-* options");
  }
  const image = imageSettings.Healthcheck ?? {};
  // Wrong values are told of even where nothing is checked.
  const timing = {
    intervalMs: duration("--health-interval", options.healthInterval) ||
      milliseconds(image.Interval) || DEFAULT_INTERVAL_MS,
    timeoutMs: duration("--health-timeout", options.healthTimeout) ||
      milliseconds(image.Timeout) || DEFAULT_TIMEOUT_MS,
    retries: retries(options.healthRetries) || image.Retries ||
      DEFAULT_RETRIES,
    startPeriodMs:
      duration("--health-start-period", options.healthStartPeriod) ||
      milliseconds(image.StartPeriod),
    startIntervalMs:
      duration("--health-start-interval", options.healthStartInterval) ||
      milliseconds(image.StartInterval) || DEFAULT_START_INTERVAL_MS,
  };
  const test = noHealthcheck ? undefined : testOf(options, imageSettings);
  return test && { test, ...timing };
}

/** The program of the check, the user's or the image's. */
function testOf(
  { healthCmd }: HealthOptions,
  { Healthcheck, Shell }: ImageSettings,
): HealthCheck["test"] | undefined {
  const [shell = "/bin/sh", ...flags] = Shell ?? ["/bin/sh", "-c"];
  if (healthCmd === "none") return undefined;
  if (healthCmd) return [shell, ...flags, healthCmd];
  const [kind, ...rest] = Healthcheck?.Test ?? [];
  const [first, ...others] = rest;
  if (first === undefined) return undefined;
  if (kind === "CMD") return [first, ...others];
  return kind === "CMD-SHELL" ? [shell, ...flags, first] : undefined;
}

/** What an image says in nanoseconds. */
function milliseconds(nanoseconds: number | undefined): number {
  return Math.ceil((nanoseconds ?? 0) / 1e6);
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
