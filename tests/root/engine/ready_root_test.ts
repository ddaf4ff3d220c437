/**
 * @module
 */
import assert from "node:assert/strict";
import { createContainerId } from "../../../lib/base/identifiers.ts";
import { waitReady } from "../../../lib/engine/containers/ready.ts";
import { writeExit } from "../../../lib/engine/containers/exit_record.ts";
import {
  writeHealth,
  writeRunning,
} from "../../../lib/engine/containers/records.ts";
import { recordEvent } from "../../../lib/engine/events.ts";
import { UNCHECKED } from "../../../lib/monitor/health_state.ts";
import { identifyProcess } from "../../../lib/runtime/process_identity.ts";
import { engineTest } from "../../support/engine.ts";
import { runningRecord } from "../../support/running_record.ts";

const HEALTH = {
  test: ["true"],
  intervalMs: 1000,
  timeoutMs: 1000,
  retries: 3,
  startPeriodMs: 0,
  startIntervalMs: 1000,
} as const;

engineTest("waitReady() waits until a check has succeeded", async (roots) => {
  const { paths } = roots;
  using container = roots.create({ health: HEALTH });
  const { id } = container.config;
  const own = identifyProcess(Deno.pid);
  assert.ok(own);
  writeRunning(paths, id, runningRecord(own));
  assert.deepEqual(await waitReady(paths, id, 0), { kind: "timeout" });
  writeHealth(paths, id, UNCHECKED);
  const waiting = waitReady(paths, id, 60_000);
  writeHealth(paths, id, { ...UNCHECKED, status: "healthy" });
  assert.deepEqual(await waiting, { kind: "ready" });
  writeHealth(paths, id, { ...UNCHECKED, status: "unhealthy" });
  assert.deepEqual(await waitReady(paths, id, 0), { kind: "unhealthy" });
  container.remove();
});

engineTest(
  "waitReady() is content with what runs, or has done its work",
  async (roots) => {
    const { paths } = roots;
    using container = roots.create();
    const { id } = container.config;
    const own = identifyProcess(Deno.pid);
    assert.ok(own);
    assert.deepEqual(await waitReady(paths, id, 0), { kind: "timeout" });
    // When it was started does not matter: the clock may have been set back.
    for (const startedMs of [5, Date.now() + 3_600_000]) {
      writeRunning(paths, id, runningRecord(own, { startedMs }));
      assert.deepEqual(await waitReady(paths, id, 60_000), { kind: "ready" });
    }
    writeRunning(paths, id, runningRecord({ ...own, startTime: "1" }));
    const exit = {
      startedMs: 5,
      finishedMs: 6,
      oomKilled: false,
      restartCount: 0,
    };
    writeExit(paths, id, { ...exit, exitCode: 0 });
    assert.deepEqual(await waitReady(paths, id, 0), { kind: "ready" });
    writeExit(paths, id, { ...exit, exitCode: 7 });
    assert.deepEqual(await waitReady(paths, id, 0), {
      kind: "ended",
      exitCode: 7,
    });
    container.remove();
  },
);

engineTest(
  "waitReady() learns from an event how a removed one has ended",
  async ({ paths }) => {
    const id = createContainerId();
    const die = (exitCode: string): void =>
      recordEvent(paths, {
        type: "container",
        action: "die",
        id,
        attributes: { exitCode },
      });
    assert.deepEqual(await waitReady(paths, id, 0), {
      kind: "ended",
      exitCode: 1,
    });
    die("9");
    assert.deepEqual(await waitReady(paths, id, 0), {
      kind: "ended",
      exitCode: 9,
    });
    die("0");
    assert.deepEqual(await waitReady(paths, id, 0), { kind: "ready" });
  },
);
