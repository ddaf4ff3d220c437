/**
 * Checks a container's health for as long as it runs.
 *
 * @module
 */
import { LONGEST_TIMER_MS } from "../base/duration.ts";
import { pause } from "../base/pause.ts";
import {
  afterCheck,
  type HealthCheck,
  type HealthState,
  UNCHECKED,
  untilNextCheckMs,
} from "./health_state.ts";

/** What a check has found. */
export interface CheckResult {
  /** 0 is healthy; -1 if the check did not come to an end of its own. */
  readonly exitCode: number;
  /** What it wrote to both of its outputs. */
  readonly output: string;
}

/** Time, as a watch sees it. */
export interface HealthClock {
  /** Milliseconds since the epoch, for the records. */
  nowMs(): number;
  /** Milliseconds since any moment, which no change of the clock touches. */
  steadyMs(): number;
  /** Waits; at most until the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** What a watch needs of its surroundings. */
export interface HealthWatch {
  /**
   * Runs the check once, with its time limit.
   *
   * @returns `undefined` if it could not be run for now, as in a paused
   * container: then nothing is known. A rejection is a failed check.
   */
  run(): Promise<CheckResult | undefined>;
  /** Hears of the health at first, and after each check. */
  record(state: HealthState): void;
  /** Ends the watch; a check that is running is not waited for. */
  readonly signal: AbortSignal;
  /** Absent means the real one. */
  readonly clock?: HealthClock;
}

/**
 * Checks until the signal is aborted. Each interval begins where the last check
 * has ended, so that a slow one never meets the next.
 *
 * @returns Once the signal is aborted; it never rejects but for a bug or what
 * `record` throws.
 */
export async function watchHealth(
  check: HealthCheck,
  { run, record, signal, clock = CLOCK }: HealthWatch,
): Promise<void> {
  const startMs = clock.steadyMs();
  let state = UNCHECKED;
  record(state);
  for (;;) {
    const sinceStartMs = clock.steadyMs() - startMs;
    await clock.sleep(untilNextCheckMs(state, check, sinceStartMs), signal);
    if (signal.aborted) return;
    const beginMs = clock.nowMs();
    const begunAfterMs = clock.steadyMs() - startMs;
    const result = await unlessAborted(attempt(run), signal);
    if (signal.aborted) return;
    if (result === undefined) continue;
    const entry = { ...result, startMs: beginMs, endMs: clock.nowMs() };
    state = afterCheck(state, entry, { ...check, sinceStartMs: begunAfterMs });
    record(state);
  }
}

/** A check that cannot be run has failed, and says why. */
async function attempt(
  run: HealthWatch["run"],
): Promise<CheckResult | undefined> {
  try {
    return await run();
  } catch (error) {
    const output = error instanceof Error ? error.message : String(error);
    return { exitCode: -1, output };
  }
}

/** What a promise gives, or `undefined` as soon as the signal is aborted. */
async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  const onAbort = (): void => resolve(undefined);
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

const CLOCK: HealthClock = {
  nowMs: () => Date.now(),
  steadyMs: () => performance.now(),
  sleep,
};

/**
 * Waits; at most until the signal is aborted, and not much over 24 days. Does
 * not keep the process alive: that is for who is checked.
 */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await pause(Math.min(ms, LONGEST_TIMER_MS), signal);
}
