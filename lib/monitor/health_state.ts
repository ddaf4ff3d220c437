/**
 * What checks say about a container's health, by docker's rules. Pure.
 *
 * @module
 */

/** How it is found out whether a container's program works. */
export interface HealthCheck {
  /** Program and arguments of the check, run inside. */
  readonly test: readonly [string, ...string[]];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Failures in a row until it counts as unhealthy. */
  readonly retries: number;
  /** Failures in this time after the start do not count. */
  readonly startPeriodMs: number;
  /** Between checks in that time. */
  readonly startIntervalMs: number;
}

/** One run of a health check. */
export interface HealthLogEntry {
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
  readonly exitCode: number;
  /** What it wrote, cut to 4 KiB. */
  readonly output: string;
}

/** What the health checks of a running container have found. */
export interface HealthState {
  readonly status: "starting" | "healthy" | "unhealthy";
  readonly failingStreak: number;
  /** The last five, the newest last. */
  readonly log: readonly HealthLogEntry[];
}

const LOG_ENTRIES = 5;
const OUTPUT_BYTES = 4096;

/** The health of a container that has not been checked yet. */
export const UNCHECKED: HealthState = {
  status: "starting",
  failingStreak: 0,
  log: [],
};

/**
 * The health after a further check.
 *
 * @param entry The check.
 * @param sinceStartMs How long after the container's start the check began.
 */
export function afterCheck(
  state: HealthState,
  entry: HealthLogEntry,
  { retries, startPeriodMs, sinceStartMs }:
    & Pick<HealthCheck, "retries" | "startPeriodMs">
    & { readonly sinceStartMs: number },
): HealthState {
  const { status, failingStreak } = state;
  const output = cutOutput(entry.output);
  const log = [...state.log, { ...entry, output }].slice(-LOG_ENTRIES);
  if (entry.exitCode === 0) return { status: "healthy", failingStreak: 0, log };
  // Only what has never been healthy may still be starting.
  const isExcused = status === "starting" && sinceStartMs < startPeriodMs;
  if (isExcused) return { status, failingStreak, log };
  const streak = failingStreak + 1;
  return {
    status: streak >= retries ? "unhealthy" : status,
    failingStreak: streak,
    log,
  };
}

/**
 * How long to wait before the next check, in milliseconds.
 *
 * @param sinceStartMs How long the container has been running.
 */
export function untilNextCheckMs(
  { status }: Pick<HealthState, "status">,
  { intervalMs, startPeriodMs, startIntervalMs }: HealthCheck,
  sinceStartMs: number,
): number {
  const isStarting = status === "starting" && sinceStartMs < startPeriodMs;
  return isStarting ? startIntervalMs : intervalMs;
}

/** As much of a text as 4 KiB of UTF-8 hold, without half a character. */
function cutOutput(text: string): string {
  if (text.length * 3 <= OUTPUT_BYTES) return text;
  const { read } = new TextEncoder().encodeInto(
    text,
    new Uint8Array(OUTPUT_BYTES),
  );
  return text.slice(0, read);
}
