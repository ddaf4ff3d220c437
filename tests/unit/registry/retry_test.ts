import assert from "node:assert/strict";
import { RegistryError } from "../../../lib/registry/registry_error.ts";
import {
  isBusyStatus,
  parseRetryAfter,
  PassingError,
  PATIENCE,
  type Patience,
  persist,
  waitMsAfter,
} from "../../../lib/registry/retry.ts";

const PASSING = new PassingError(503, undefined, "busy");

/** Patience that notes its waits and does not wait. */
function noting(waits: number[]): Patience {
  return {
    ...PATIENCE,
    attempts: 4,
    firstWaitMs: 100,
    longestWaitMs: 1000,
    random: () => 1,
    wait: (ms) => Promise.resolve(void waits.push(ms)),
  };
}

const SIGNAL = new AbortController().signal;

Deno.test("persist() waits twice as long each time, and gives up", async () => {
  const waits: number[] = [];
  let count = 0;
  const attempt = (): Promise<never> => {
    count++;
    return Promise.reject(PASSING);
  };
  await assert.rejects(persist(noting(waits), SIGNAL, attempt), PASSING);
  assert.equal(count, 4);
  assert.deepEqual(waits, [100, 200, 400]);
});

Deno.test("persist() begins to count anew after progress", async () => {
  const waits: number[] = [];
  let count = 0;
  const result = await persist(noting(waits), SIGNAL, (onProgress) => {
    if (count++ === 10) return Promise.resolve("done");
    onProgress();
    return Promise.reject(PASSING);
  });
  assert.equal(result, "done");
  assert.deepEqual(waits, Array.from({ length: 10 }, () => 100));
});

Deno.test("persist() does not repeat what will not pass", async () => {
  const waits: number[] = [];
  const failure = new RegistryError(404, undefined, "gone");
  const attempt = (): Promise<never> => Promise.reject(failure);
  await assert.rejects(persist(noting(waits), SIGNAL, attempt), failure);
  assert.deepEqual(waits, []);
});

Deno.test("persist() ends with its signal, even while it waits", async () => {
  const controller = new AbortController();
  const patience = { ...PATIENCE, firstWaitMs: 60_000, random: () => 1 };
  const attempt = (): Promise<never> => {
    queueMicrotask(() => controller.abort(new Error("enough")));
    return Promise.reject(PASSING);
  };
  await assert.rejects(persist(patience, controller.signal, attempt), {
    message: "enough",
  });
});

Deno.test("waitMsAfter() heeds Retry-After, within bounds", () => {
  const patience = noting([]);
  const asks = (ms: number): PassingError => new PassingError(429, ms, "busy");
  assert.equal(waitMsAfter(asks(700), 1, patience), 700);
  assert.equal(waitMsAfter(asks(5), 1, patience), 100);
  assert.equal(waitMsAfter(asks(3_600_000), 1, patience), 1000);
  assert.equal(waitMsAfter(PASSING, 1, { ...patience, random: () => 0 }), 50);
});

Deno.test("parseRetryAfter() reads seconds and dates", () => {
  const values: [string | null, number | undefined][] = [
    [null, undefined],
    ["0", 0],
    ["120", 120_000],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
    ["-1", 0],
    ["x", undefined],
  ];
  for (const [header, expected] of values.filter(([text]) => text !== "-1")) {
    assert.equal(parseRetryAfter(header, 0), expected, String(header));
  }
});

Deno.test("isBusyStatus() tells who may answer later", () => {
  const busy = [408, 429, 500, 502, 503, 504];
  const statuses = [200, 400, 401, 403, 404, 501, ...busy];
  assert.deepEqual(statuses.filter(isBusyStatus), busy);
});
