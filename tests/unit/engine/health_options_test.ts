/**
 * @module
 */
import assert from "node:assert/strict";
import {
  type HealthOptions,
  parseHealthCheck,
} from "../../../lib/engine/health_options.ts";
import type { HealthCheck } from "../../../lib/monitor/health_state.ts";

function parse(options: Partial<HealthOptions>): HealthCheck | undefined {
  return parseHealthCheck({ noHealthcheck: false, ...options });
}

const DEFAULTS: HealthCheck = {
  test: ["/bin/sh", "-c", "test -f /ok"],
  intervalMs: 30_000,
  timeoutMs: 30_000,
  retries: 3,
  startPeriodMs: 0,
  startIntervalMs: 5000,
};

Deno.test("parseHealthCheck() fills in docker's defaults", () => {
  const healthCmd = "test -f /ok";
  assert.deepEqual(parse({ healthCmd }), DEFAULTS);
  assert.deepEqual(
    parse({
      healthCmd,
      healthInterval: "0",
      healthTimeout: "0s",
      healthRetries: 0,
      healthStartInterval: "",
    }),
    DEFAULTS,
  );
});

Deno.test("parseHealthCheck() takes each option", () => {
  assert.deepEqual(
    parse({
      healthCmd: "true",
      healthInterval: "1m30s",
      healthTimeout: "500ms",
      healthRetries: 5,
      healthStartPeriod: "1h",
      healthStartInterval: "1s",
    }),
    {
      test: ["/bin/sh", "-c", "true"],
      intervalMs: 90_000,
      timeoutMs: 500,
      retries: 5,
      startPeriodMs: 3_600_000,
      startIntervalMs: 1000,
    },
  );
});

Deno.test("parseHealthCheck() checks nothing without a command", () => {
  assert.equal(parse({}), undefined);
  assert.equal(parse({ healthInterval: "5s" }), undefined);
  assert.equal(parse({ healthCmd: "" }), undefined);
  assert.equal(parse({ healthCmd: "none" }), undefined);
  assert.equal(parse({ noHealthcheck: true }), undefined);
  assert.equal(parse({ noHealthcheck: true, healthCmd: "none" }), undefined);
});

const CONFLICT = "--no-healthcheck conflicts with --health-* options";

const REFUSALS: readonly (readonly [Partial<HealthOptions>, string])[] = [
  [{ noHealthcheck: true, healthCmd: "true" }, CONFLICT],
  [{ noHealthcheck: true, healthInterval: "5s" }, CONFLICT],
  [{ noHealthcheck: true, healthTimeout: "5s" }, CONFLICT],
  [{ noHealthcheck: true, healthRetries: 1 }, CONFLICT],
  [{ noHealthcheck: true, healthStartPeriod: "5s" }, CONFLICT],
  [{ noHealthcheck: true, healthStartInterval: "5s" }, CONFLICT],
  [{ healthRetries: -1 }, "--health-retries cannot be negative"],
  [{ healthInterval: "-5s" }, "--health-interval cannot be negative"],
  [{ healthTimeout: "-1ms" }, "--health-timeout cannot be negative"],
  [{ healthStartPeriod: "-1h" }, "--health-start-period cannot be negative"],
  [{ healthInterval: "999us" }, "--health-interval cannot be less than 1ms"],
  [
    { healthTimeout: "30" },
    'invalid argument "30" for "--health-timeout" flag: invalid duration: "30"',
  ],
];

for (const [options, message] of REFUSALS) {
  Deno.test(`parseHealthCheck() refuses ${JSON.stringify(options)}`, () => {
    assert.throws(() => parse(options), { name: "UsageError", message });
  });
}

Deno.test("parseHealthCheck() takes the image's check unless told otherwise", () => {
  const imageSettings = {
    Healthcheck: {
      Test: ["CMD-SHELL", "check"],
      Interval: 5e9,
      Timeout: 1_500_000,
      Retries: 7,
    },
    Shell: ["/bin/ash", "-xc"],
  };
  const image: HealthCheck = {
    ...DEFAULTS,
    test: ["/bin/ash", "-xc", "check"],
    intervalMs: 5000,
    timeoutMs: 2,
    retries: 7,
  };
  assert.deepEqual(parse({ imageSettings }), image);
  assert.deepEqual(parse({ imageSettings, healthRetries: 1 }), {
    ...image,
    retries: 1,
  });
  assert.deepEqual(parse({ imageSettings, healthCmd: "mine" }), {
    ...image,
    test: ["/bin/ash", "-xc", "mine"],
  });
  assert.equal(parse({ imageSettings, healthCmd: "none" }), undefined);
  assert.equal(parse({ imageSettings, noHealthcheck: true }), undefined);
});

Deno.test("parseHealthCheck() knows each form of an image's check", () => {
  const test = (...Test: string[]): HealthCheck["test"] | undefined =>
    parse({ imageSettings: { Healthcheck: { Test } } })?.test;
  assert.deepEqual(test("CMD", "curl", "-f"), ["curl", "-f"]);
  assert.deepEqual(test("CMD-SHELL", "a b"), ["/bin/sh", "-c", "a b"]);
  assert.equal(test("NONE"), undefined);
  assert.equal(test(), undefined);
  assert.equal(test("CMD"), undefined);
});
