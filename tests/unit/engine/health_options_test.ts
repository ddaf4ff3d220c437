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
