/** @module */
import assert from "node:assert/strict";
import {
  killedLine,
  signalOf,
  toStopOptions,
} from "../../../../lib/cli/commands/stop_flags.ts";
import type { StopReport } from "../../../../lib/engine/containers/stop.ts";
import { containerConfig } from "../../../support/run_options.ts";

function report(changes: Partial<StopReport>): StopReport {
  const config = containerConfig({ name: "web" });
  return { config, signal: 15, timeoutS: 10, outcome: "ignored", ...changes };
}

Deno.test("toStopOptions() leaves the container's own where nothing is given", () => {
  assert.deepEqual(toStopOptions({}), {});
  assert.deepEqual(toStopOptions({ signal: "hup", timeout: 0 }), {
    signal: 1,
    timeoutS: 0,
  });
});

Deno.test("signalOf() refuses what is no signal", () => {
  assert.equal(signalOf("SIGRTMIN+1"), 35);
  assert.throws(() => signalOf("0"), {
    name: "UsageError",
    message: "invalid signal: 0",
  });
});

const CASES: readonly (readonly [Partial<StopReport>, string])[] = [
  [
    {},
    "tsdocker: container web: ignored SIGTERM, killed after 10 s; --init would have stopped it\n",
  ],
  [
    { config: containerConfig({ name: "web", init: true }), signal: 1 },
    "tsdocker: container web: ignored SIGHUP, killed after 10 s\n",
  ],
  [
    { outcome: "late", timeoutS: 2 },
    "tsdocker: container web: did not end within 2 s of SIGTERM, killed\n",
  ],
  [{ outcome: "ended" }, ""],
  [{ outcome: "idle" }, ""],
  [{ timeoutS: 0 }, ""],
  [{ signal: 9 }, ""],
];

Deno.test("killedLine() says why only if it was killed, and had time", () => {
  for (const [changes, line] of CASES) {
    assert.equal(killedLine(report(changes)), line);
  }
});
