/**
 * @module
 */
import assert from "node:assert/strict";
import {
  type CheckResult,
  type HealthClock,
  type HealthWatch,
  sleep,
  watchHealth,
} from "../../../lib/monitor/health.ts";
import type {
  HealthCheck,
  HealthState,
} from "../../../lib/monitor/health_state.ts";

const CHECK: HealthCheck = {
  test: ["true"],
  intervalMs: 1000,
  timeoutMs: 500,
  retries: 2,
  startPeriodMs: 0,
  startIntervalMs: 100,
};

/** Time that passes while somebody sleeps, and by hand. */
class FakeClock implements HealthClock {
  readonly slept: number[] = [];
  now = 0;
  nowMs(): number {
    return 1_000_000 + this.now;
  }
  steadyMs(): number {
    return this.now;
  }
  sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.now += ms;
    return Promise.resolve();
  }
}

type Outcome = CheckResult | undefined | Error;

/** Watches until all outcomes have been had. */
async function watch(
  outcomes: readonly Outcome[],
  changes: Partial<HealthCheck> = {},
): Promise<{ states: HealthState[]; clock: FakeClock }> {
  const clock = new FakeClock();
  const states: HealthState[] = [];
  const abort = new AbortController();
  const rest = [...outcomes];
  await watchHealth({ ...CHECK, ...changes }, {
    run(): Promise<CheckResult | undefined> {
      if (rest.length === 0) abort.abort();
      const outcome = rest.shift();
      clock.now += 50;
      return outcome instanceof Error
        ? Promise.reject(outcome)
        : Promise.resolve(outcome);
    },
    record: (state) => void states.push(state),
    signal: abort.signal,
    clock,
  });
  return { states, clock };
}

const GOOD = { exitCode: 0, output: "fine" };
const BAD = { exitCode: 1, output: "broken" };

Deno.test("watchHealth() records the health at first and after each check", async () => {
  const { states } = await watch([BAD, GOOD, BAD, BAD]);
  assert.deepEqual(states.map(({ status }) => status), [
    "starting",
    "starting",
    "healthy",
    "healthy",
    "unhealthy",
  ]);
  assert.deepEqual(states[2]?.log, [
    { ...BAD, startMs: 1_001_000, endMs: 1_001_050 },
    { ...GOOD, startMs: 1_002_050, endMs: 1_002_100 },
  ]);
});

Deno.test("watchHealth() waits before the first check, and between checks", async () => {
  const { clock } = await watch([GOOD, GOOD]);
  assert.deepEqual(clock.slept, [1000, 1000, 1000]);
});

Deno.test("watchHealth() checks more often while it starts", async () => {
  const { clock, states } = await watch([BAD, BAD, BAD], {
    startPeriodMs: 300,
  });
  assert.deepEqual(clock.slept, [100, 100, 1000, 1000]);
  assert.deepEqual(states.map(({ failingStreak }) => failingStreak), [
    0,
    0,
    0,
    1,
  ]);
});

Deno.test("watchHealth() takes what cannot be run for a failure", async () => {
  const { states } = await watch([new Error("no shell"), new Error("again")]);
  assert.equal(states.at(-1)?.status, "unhealthy");
  const { exitCode, output } = states[1]?.log[0] ?? {};
  assert.deepEqual({ exitCode, output }, { exitCode: -1, output: "no shell" });
});

Deno.test("watchHealth() learns nothing from a check that could not be run for now", async () => {
  const { states } = await watch([BAD, undefined, undefined, GOOD]);
  assert.equal(states.length, 3);
  assert.equal(states[1]?.failingStreak, 1);
});

Deno.test("watchHealth() waits for no check once it is told to end", async () => {
  const abort = new AbortController();
  const states: HealthState[] = [];
  await watchHealth(CHECK, {
    run(): Promise<undefined> {
      queueMicrotask(() => abort.abort());
      return new Promise(() => {});
    },
    record: (state) => void states.push(state),
    signal: abort.signal,
    clock: new FakeClock(),
  });
  assert.equal(states.length, 1);
});

Deno.test("watchHealth() tells of a health that cannot be recorded", async () => {
  const options: HealthWatch = {
    run: () => Promise.resolve(GOOD),
    record: () => {
      throw new Error("disk full");
    },
    signal: new AbortController().signal,
    clock: new FakeClock(),
  };
  await assert.rejects(watchHealth(CHECK, options), { message: "disk full" });
});

Deno.test("sleep() ends with its time, or its signal", async () => {
  // It keeps nothing alive, this test neither.
  const busy = setTimeout(() => {}, 60_000);
  const abort = new AbortController();
  await sleep(1, abort.signal);
  const long = sleep(2 ** 40, abort.signal);
  abort.abort();
  await long;
  await sleep(2 ** 40, abort.signal);
  clearTimeout(busy);
});
