/**
 * @module
 */
import assert from "node:assert/strict";
import {
  afterCheck,
  type HealthCheck,
  type HealthLogEntry,
  type HealthState,
  UNCHECKED,
  untilNextCheckMs,
} from "../../../lib/monitor/health_state.ts";

const CHECK: HealthCheck = {
  test: ["true"],
  intervalMs: 1000,
  timeoutMs: 500,
  retries: 3,
  startPeriodMs: 0,
  startIntervalMs: 100,
};

function entry(exitCode: number, output = ""): HealthLogEntry {
  return { startMs: 1, endMs: 2, exitCode, output };
}

/** The health after checks with these statuses, a second apart. */
function after(
  exitCodes: readonly number[],
  changes: Partial<HealthCheck> = {},
): HealthState {
  return exitCodes.reduce(
    (state, exitCode, index) =>
      afterCheck(state, entry(exitCode), {
        ...CHECK,
        ...changes,
        sinceStartMs: (index + 1) * 1000,
      }),
    UNCHECKED,
  );
}

type Case = readonly [
  exitCodes: readonly number[],
  changes: Partial<HealthCheck>,
  status: HealthState["status"],
  failingStreak: number,
];

const CASES: readonly Case[] = [
  [[], {}, "starting", 0],
  [[0], {}, "healthy", 0],
  [[1], {}, "starting", 1],
  [[1, 1], {}, "starting", 2],
  [[1, 2, -1], {}, "unhealthy", 3],
  [[1, 1, 1, 1], {}, "unhealthy", 4],
  [[1, 1, 1, 0], {}, "healthy", 0],
  [[0, 1, 1], {}, "healthy", 2],
  [[0, 1, 1, 1], {}, "unhealthy", 3],
  [[0, 1, 1, 0, 1], {}, "healthy", 1],
  [[1], { retries: 1 }, "unhealthy", 1],
  [[1, 1, 1, 1], { startPeriodMs: 4500 }, "starting", 0],
  [[1, 1, 1, 1], { startPeriodMs: 3000 }, "starting", 2],
  [[0, 1, 1, 1], { startPeriodMs: 4500 }, "unhealthy", 3],
];

for (const [exitCodes, changes, status, failingStreak] of CASES) {
  const name =
    `afterCheck() is ${status} (${failingStreak}) after [${exitCodes}] with ${
      JSON.stringify(changes)
    }`;
  Deno.test(name, () => {
    const state = after(exitCodes, changes);
    assert.equal(state.status, status);
    assert.equal(state.failingStreak, failingStreak);
  });
}

Deno.test("afterCheck() keeps the last five checks, the newest last", () => {
  const { log } = after([1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(log.map(({ exitCode }) => exitCode), [3, 4, 5, 6, 7]);
});

Deno.test("afterCheck() cuts what a check wrote between characters", () => {
  const options = { ...CHECK, sinceStartMs: 0 };
  const long = afterCheck(UNCHECKED, entry(0, "a" + "ä".repeat(9999)), options);
  assert.equal(long.log[0]?.output, "a" + "ä".repeat(2047));
  const exact = afterCheck(UNCHECKED, entry(0, "ab".repeat(2048)), options);
  assert.equal(exact.log[0]?.output, "ab".repeat(2048));
});

Deno.test("untilNextCheckMs() is shorter while it starts", () => {
  const check = { ...CHECK, startPeriodMs: 5000 };
  assert.equal(untilNextCheckMs({ status: "starting" }, check, 4999), 100);
  assert.equal(untilNextCheckMs({ status: "starting" }, check, 5000), 1000);
  assert.equal(untilNextCheckMs({ status: "healthy" }, check, 4999), 1000);
  assert.equal(untilNextCheckMs({ status: "starting" }, CHECK, 0), 1000);
});
