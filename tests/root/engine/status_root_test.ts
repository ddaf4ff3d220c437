/**
 * What a container is said to do between its starts.
 *
 * @module
 */
import assert from "node:assert/strict";
import { writeExit } from "../../../lib/engine/containers/exit_record.ts";
import { readStatus } from "../../../lib/engine/containers/list.ts";
import {
  writeRestarting,
  writeRunning,
} from "../../../lib/engine/containers/records.ts";
import { identifyProcess } from "../../../lib/runtime/process_identity.ts";
import { engineTest } from "../../support/engine.ts";
import { runningRecord } from "../../support/running_record.ts";

const STARTED_MS = 2000;
const GONE = { pid: 1, startTime: "none" };

type Case = readonly [
  what: string,
  end: { readonly startedMs: number; readonly restartCount: number },
  state: "running" | "restarting",
];

const CASES: readonly Case[] = [
  ["has ended", { startedMs: STARTED_MS, restartCount: 1 }, "restarting"],
  ["has ended before", { startedMs: 1000, restartCount: 0 }, "running"],
  ["could not start again", { startedMs: 3000, restartCount: 2 }, "restarting"],
  ["has ended by another clock", {
    startedMs: 3000,
    restartCount: 0,
  }, "running"],
];

for (const [what, end, state] of CASES) {
  engineTest(`readStatus() of what ${what} is ${state}`, (roots) => {
    using container = roots.create();
    const { id } = container.config;
    const keeper = identifyProcess(Deno.pid);
    assert.ok(keeper !== undefined);
    writeRunning(roots.paths, id, {
      ...runningRecord(GONE),
      keeper,
      startedMs: STARTED_MS,
      restartCount: 1,
    });
    writeRestarting(roots.paths, id, { keeper, untilMs: 9000 });
    const rest = { exitCode: 3, finishedMs: 4000, oomKilled: false };
    writeExit(roots.paths, id, { ...rest, ...end });
    assert.equal(readStatus(roots.paths, container.config).state, state);
    container.remove();
  });
}
