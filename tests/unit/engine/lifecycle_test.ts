/**
 * @module
 */
import assert from "node:assert/strict";
import {
  type LifecycleConfig,
  parseLabels,
  parseLifecycle,
  parseStopSignal,
} from "../../../lib/engine/lifecycle.ts";
import type { RunOptions } from "../../../lib/engine/run_options.ts";
import { runOptions } from "../../support/run_options.ts";

function parse(options: Partial<RunOptions> = {}): LifecycleConfig {
  return parseLifecycle(runOptions(options));
}

const DEFAULTS: LifecycleConfig = {
  labels: {},
  restart: { name: "no", maximumRetryCount: 0 },
  stopSignal: 15,
  stopTimeoutS: 10,
  log: { driver: "json-file", maxSizeBytes: 10 * 1024 ** 2, maxFiles: 3 },
};

Deno.test("parseLifecycle() fills in what the options leave open", () => {
  assert.deepEqual(parse(), DEFAULTS);
});

const CHANGES: readonly (readonly [
  Partial<RunOptions>,
  Partial<LifecycleConfig>,
])[] = [
  [{ restart: "always" }, {
    restart: { name: "always", maximumRetryCount: 0 },
  }],
  [{ restart: "no", autoRemove: true }, {}],
  [{ stopSignal: "SIGINT" }, { stopSignal: 2 }],
  [{ stopSignal: "" }, {}],
  [{ stopTimeout: 0 }, { stopTimeoutS: 0 }],
  [{ stopTimeout: -1 }, { stopTimeoutS: -1 }],
  [{ stopTimeout: -5 }, { stopTimeoutS: -1 }],
  [{ timeout: 0 }, {}],
  [{ timeout: 30 }, { timeoutS: 30 }],
  [{ labels: ["a=1", "b=2", "a=3"] }, { labels: { a: "3", b: "2" } }],
  [{ replace: true, name: "web" }, {}],
  [{ noHealthcheck: true }, {}],
  [{ logDriver: "none" }, { log: { ...DEFAULTS.log, driver: "none" } }],
];

for (const [options, changes] of CHANGES) {
  Deno.test(`parseLifecycle() makes of ${JSON.stringify(options)} what is asked for`, () => {
    assert.deepEqual(parse(options), { ...DEFAULTS, ...changes });
  });
}

Deno.test("parseLifecycle() takes over how health is checked", () => {
  const { health } = parse({ healthCmd: "true", healthRetries: 1 });
  assert.deepEqual(health?.test, ["/bin/sh", "-c", "true"]);
  assert.equal(health?.retries, 1);
});

const REFUSALS: readonly (readonly [Partial<RunOptions>, string])[] = [
  [
    { restart: "on-failure:2", autoRemove: true },
    "conflicting options: cannot specify both --restart and --rm",
  ],
  [{ replace: true }, "cannot replace container without --name being set"],
  [{ stopSignal: "SIGNOTHING" }, "invalid signal: SIGNOTHING"],
  [{ stopSignal: "65" }, "invalid signal: 65"],
  [{ timeout: -1 }, "invalid timeout -1: it cannot be negative"],
  [{ labels: ["=x"] }, 'invalid label "=x": its key is empty'],
];

for (const [options, message] of REFUSALS) {
  Deno.test(`parseLifecycle() refuses ${JSON.stringify(options)}`, () => {
    assert.throws(() => parse(options), { name: "UsageError", message });
  });
}

Deno.test("parseLabels() keeps any key as it is, and what follows the first =", () => {
  const labels = parseLabels(["__proto__=x", "constructor", "a b=c=d\n"]);
  assert.deepEqual(JSON.parse(JSON.stringify(labels)), labels);
  assert.deepEqual(Object.entries(labels), [
    ["__proto__", "x"],
    ["constructor", ""],
    ["a b", "c=d\n"],
  ]);
});

Deno.test("parseStopSignal() takes names and numbers", () => {
  assert.equal(parseStopSignal("quit"), 3);
  assert.equal(parseStopSignal("SIGRTMIN+3"), 37);
  assert.equal(parseStopSignal("9"), 9);
  assert.equal(parseStopSignal(undefined), 15);
});
