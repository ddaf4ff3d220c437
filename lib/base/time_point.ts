/**
 * Points in time as `--since` and `--until` take them.
 *
 * @module
 * @see docker's documentation of `docker logs`, "--since"
 * @see RFC 3339, section 5.6
 */
import { parseDurationMs } from "./duration.ts";
import { UsageError } from "./errors.ts";

const UNIX = /^-?\d+(?:\.\d{1,9})?$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** Go prints nanoseconds; JavaScript reads milliseconds. */
const TIME =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}(?::\d{2}){0,2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * Reads a point in time: seconds since the epoch (`1700000000.5`), a date with
 * or without time and zone (`2026-01-31`, `2026-01-31T10:30:00Z`), or how long
 * ago it was (`10m`, `1h30m`). Without a zone it is local time.
 *
 * @param nowMs What is long ago is counted from, milliseconds since the epoch.
 * @returns Milliseconds since the epoch, possibly a fraction.
 * @throws {UsageError} If it is none of these.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(parseTimePointMs("1.5", 0), 1500);
 * assert.equal(parseTimePointMs("1970-01-01T00:01:00Z", 0), 60_000);
 * assert.equal(parseTimePointMs("2m", 300_000), 180_000);
 * ```
 */
export function parseTimePointMs(text: string, nowMs: number): number {
  if (UNIX.test(text)) return Number(text) * 1000;
  const dated = parseDate(text);
  if (dated !== undefined) return dated;
  try {
    return nowMs - parseDurationMs(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`invalid time: "${text}"`, {
      advice: "10m for ten minutes ago, a time such as 2026-01-31T10:30:00Z, " +
        "or seconds since 1970",
      cause: error,
    });
  }
}

function parseDate(text: string): number | undefined {
  const [, date, time = "", fraction = "", zone = ""] = TIME.exec(text) ??
    (DATE.test(text) ? ["", text, "00:00"] : []);
  if (date === undefined) return undefined;
  const whole = time.length === "hh".length ? `${time}:00` : time;
  const ms = Date.parse(`${date}T${whole}${zone}`);
  return Number.isNaN(ms) ? undefined : ms + Number(`0${fraction}`) * 1000;
}
