/**
 * Durations in and out.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  formatAgo,
  formatDuration,
  parseDurationMs,
} from "../../../lib/base/duration.ts";
import { UsageError } from "../../../lib/base/errors.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const READ: readonly (readonly [string, number])[] = [
  ["0", 0],
  ["0s", 0],
  ["10s", 10 * SECOND],
  ["1m30s", 90 * SECOND],
  ["1h", HOUR],
  ["1.5h", 90 * MINUTE],
  ["500ms", 500],
  ["250us", 0.25],
  ["250µs", 0.25],
  ["1h2m3s4ms", HOUR + 2 * MINUTE + 3 * SECOND + 4],
];

for (const [text, ms] of READ) {
  Deno.test(`parseDurationMs() reads ${text}`, () => {
    assert.equal(parseDurationMs(text), ms);
  });
}

for (const text of ["", "10", "s", "-1s", "1d", "1s ", "1 s", "1m30", "1.s"]) {
  Deno.test(`parseDurationMs() refuses "${text}"`, () => {
    assert.throws(
      () => parseDurationMs(text),
      (error) =>
        error instanceof UsageError &&
        error.message === `invalid duration: "${text}"` &&
        error.advice !== undefined,
    );
  });
}

const WRITTEN: readonly (readonly [number, string])[] = [
  [-5 * SECOND, "Less than a second"],
  [0, "Less than a second"],
  [999, "Less than a second"],
  [SECOND, "1 second"],
  [1999, "1 second"],
  [2 * SECOND, "2 seconds"],
  [59.9 * SECOND, "59 seconds"],
  [MINUTE, "About a minute"],
  [2 * MINUTE - 1, "About a minute"],
  [2 * MINUTE, "2 minutes"],
  [3.9 * MINUTE, "3 minutes"],
  [HOUR - 1, "59 minutes"],
  [HOUR, "About an hour"],
  [HOUR + 29 * MINUTE, "About an hour"],
  [HOUR + 30 * MINUTE, "2 hours"],
  [47 * HOUR, "47 hours"],
  [48 * HOUR, "2 days"],
  [13.9 * DAY, "13 days"],
  [14 * DAY, "2 weeks"],
  [59 * DAY, "8 weeks"],
  [60 * DAY, "2 months"],
  [729 * DAY, "24 months"],
  [730 * DAY, "2 years"],
  [4000 * DAY, "10 years"],
];

for (const [ms, text] of WRITTEN) {
  Deno.test(`formatDuration() writes ${ms} ms as "${text}"`, () => {
    assert.equal(formatDuration(ms), text);
    assert.equal(formatAgo(ms), `${text} ago`);
  });
}
