/**
 * Points in time are read as docker's flags read them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parseTimePointMs } from "../../../lib/base/time_point.ts";

const NOW_MS = Date.UTC(2026, 0, 31, 12);

Deno.test("parseTimePointMs() reads every form", () => {
  const local = (...parts: [number, number, number, number?]): number =>
    new Date(...parts).getTime();
  const cases: Readonly<Record<string, number>> = {
    "0": 0,
    "1700000000": 1_700_000_000_000,
    "1700000000.25": 1_700_000_000_250,
    "2026-01-31T10:30:00Z": Date.UTC(2026, 0, 31, 10, 30),
    "2026-01-31T10:30:00.123456789Z": Date.UTC(2026, 0, 31, 10, 30) +
      123.456789,
    "2026-01-31T10:30:00+02:00": Date.UTC(2026, 0, 31, 8, 30),
    "2026-01-31 10:30:05Z": Date.UTC(2026, 0, 31, 10, 30, 5),
    "2026-01-31": local(2026, 0, 31),
    "2026-01-31T10": local(2026, 0, 31, 10),
    "10m": NOW_MS - 600_000,
    "1h30m": NOW_MS - 5_400_000,
  };
  for (const [text, expected] of Object.entries(cases)) {
    const actual = parseTimePointMs(text, NOW_MS);
    // Fractions of a millisecond are not exact at this distance from 1970.
    assert.ok(Math.abs(actual - expected) < 1e-3, `${text}: ${actual}`);
  }
});

Deno.test("parseTimePointMs() refuses what is no time", () => {
  for (const text of ["", "soon", "2026-13-01", "2026-01-31T25:00Z"]) {
    assert.throws(() => parseTimePointMs(text, NOW_MS), {
      name: "UsageError",
      message: `invalid time: "${text}"`,
    });
  }
});
