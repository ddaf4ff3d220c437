/**
 * Points in time as docker's lists have them.
 *
 * @module
 */

/**
 * A time as Go writes it, with a zone that has no name of its own.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.match(timeText(new Date(0)), /^19[67]\d-\d\d-\d\d \d\d:\d0:00 [+-]\d{4} /);
 * ```
 */
export function timeText(time: Date): string {
  const offset = -time.getTimezoneOffset();
  const local = new Date(time.getTime() + offset * 60_000).toISOString();
  const [date = "", clock = ""] = local.slice(0, 19).split("T");
  if (offset === 0) return `${date} ${clock} +0000 UTC`;
  const hours = Math.trunc(Math.abs(offset) / 60);
  const hhmm = `${hours * 100 + Math.abs(offset) % 60}`.padStart(4, "0");
  const zone = `${offset < 0 ? "-" : "+"}${hhmm}`;
  return `${date} ${clock} ${zone} ${zone}`;
}
