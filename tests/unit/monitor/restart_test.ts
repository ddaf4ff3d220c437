/**
 * @module
 */
import assert from "node:assert/strict";
import {
  backoffMs,
  type EndedContainer,
  type RestartPolicy,
  shouldRestart,
} from "../../../lib/monitor/restart.ts";

type Case = readonly [
  name: RestartPolicy["name"],
  maximumRetryCount: number,
  end: Partial<EndedContainer>,
  expected: boolean,
];

const CASES: readonly Case[] = [
  ["no", 0, {}, false],
  ["no", 0, { exitCode: 1 }, false],
  ["always", 0, {}, true],
  ["always", 0, { exitCode: 1, restartCount: 1_000_000 }, true],
  ["always", 0, { isStopRequested: true }, false],
  ["unless-stopped", 0, {}, true],
  ["unless-stopped", 0, { exitCode: 137 }, true],
  ["unless-stopped", 0, { isStopRequested: true }, false],
  ["on-failure", 0, {}, false],
  ["on-failure", 0, { exitCode: 1, restartCount: 1_000_000 }, true],
  ["on-failure", 0, { exitCode: 143, isStopRequested: true }, false],
  ["on-failure", 2, { exitCode: 1 }, true],
  ["on-failure", 2, { exitCode: 1, restartCount: 1 }, true],
  ["on-failure", 2, { exitCode: 1, restartCount: 2 }, false],
  ["on-failure", 2, { restartCount: 1 }, false],
];

for (const [name, maximumRetryCount, changes, expected] of CASES) {
  const end = {
    exitCode: 0,
    restartCount: 0,
    isStopRequested: false,
    ...changes,
  };
  const verb = expected ? "starts" : "does not start";
  Deno.test(`shouldRestart() with ${name}:${maximumRetryCount} ${verb} again ${JSON.stringify(changes)}`, () => {
    assert.equal(shouldRestart({ name, maximumRetryCount }, end), expected);
  });
}

Deno.test("backoffMs() doubles up to a minute", () => {
  const delays = Array.from(
    { length: 12 },
    (_, restartCount) => backoffMs({ restartCount, ranMs: 9999 }),
  );
  assert.deepEqual(delays, [
    100,
    200,
    400,
    800,
    1600,
    3200,
    6400,
    12_800,
    25_600,
    51_200,
    60_000,
    60_000,
  ]);
});

Deno.test("backoffMs() stays finite however often it has failed", () => {
  assert.equal(backoffMs({ restartCount: 1e9, ranMs: 0 }), 60_000);
});

Deno.test("backoffMs() begins anew for what has run for ten seconds", () => {
  assert.equal(backoffMs({ restartCount: 1e9, ranMs: 10_000 }), 100);
});
