/**
 * Lengths of time: read as Go's flags read them (`1m30s`), written as docker's
 * columns write them (`About a minute`).
 *
 * @module
 */
import { UsageError } from "./errors.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const MONTH = 30 * DAY;
const YEAR = 365 * DAY;

/** The longest time a timer can be set to: setTimeout() takes more for 1 ms. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "µs": 1e-3,
  ms: 1,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
};
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g;
const DURATION = new RegExp(`^(?:${PART.source})+$`);

/**
 * Reads a duration such as `10s`, `1m30s`, `1.5h`, or `0`.
 *
 * @returns Milliseconds, possibly a fraction, never negative.
 * @throws {UsageError} If it is not a duration; a number needs its unit.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(parseDurationMs("1m30s"), 90_000);
 * ```
 */
export function parseDurationMs(text: string): number {
  if (text === "0") return 0;
  if (!DURATION.test(text)) {
    throw new UsageError(`invalid duration: "${text}"`, {
      advice: "numbers with units, such as 10s, 1m30s or 500ms",
    });
  }
  let sum = 0;
  for (const [, number, unit = ""] of text.matchAll(PART)) {
    sum += Number(number) * (UNIT_MS[unit] ?? NaN);
  }
  return sum;
}

/**
 * Writes a duration in one unit, as docker's columns do.
 *
 * @param ms Milliseconds; a negative one, of a clock set back, counts as 0.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(formatDuration(200), "Less than a second");
 * assert.equal(formatDuration(75_000), "About a minute");
 * assert.equal(formatDuration(49 * 3_600_000), "2 days");
 * ```
 */
export function formatDuration(ms: number): string {
  if (ms < SECOND) return "Less than a second";
  if (ms < 2 * SECOND) return "1 second";
  if (ms < MINUTE) return count(ms, SECOND, "seconds");
  if (ms < 2 * MINUTE) return "About a minute";
  if (ms < HOUR) return count(ms, MINUTE, "minutes");
  // Hours are rounded, all else is cut; so docker's 90 minutes are 2 hours.
  const hours = Math.round(ms / HOUR);
  if (hours === 1) return "About an hour";
  if (hours < 48) return `${hours} hours`;
  if (ms < 2 * WEEK) return count(ms, DAY, "days");
  if (ms < 2 * MONTH) return count(ms, WEEK, "weeks");
  if (ms < 2 * YEAR) return count(ms, MONTH, "months");
  return count(ms, YEAR, "years");
}

/** As {@linkcode formatDuration}, with ` ago`. */
export function formatAgo(ms: number): string {
  return `${formatDuration(ms)} ago`;
}

function count(ms: number, unitMs: number, plural: string): string {
  return `${Math.floor(ms / unitMs)} ${plural}`;
}
