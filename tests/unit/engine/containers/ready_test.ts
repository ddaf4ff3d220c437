/** @module */
import assert from "node:assert/strict";
import type { ContainerStatus } from "../../../../lib/engine/containers/list.ts";
import {
  judgeReadiness,
  type Readiness,
} from "../../../../lib/engine/containers/ready.ts";

const NOW = 1_000_000;

const UP = { state: "running", pid: 1, startedMs: NOW - 1000 } as const;
const NEW = { ...UP, startedMs: NOW - 249 };

function ended(
  exitCode: number,
  state: "exited" | "restarting" = "exited",
): ContainerStatus {
  return { state, exitCode, finishedMs: NOW, oomKilled: false };
}

type Case = readonly [
  status: ContainerStatus,
  unchecked: Readiness | undefined,
  checked: Readiness | undefined,
];

const READY = { kind: "ready" } as const;

const CASES: readonly Case[] = [
  [{ state: "created" }, undefined, undefined],
  [NEW, undefined, undefined],
  [UP, READY, undefined],
  [{ ...UP, state: "paused" }, READY, undefined],
  [{ ...UP, health: "starting" }, READY, undefined],
  [{ ...NEW, health: "healthy" }, undefined, READY],
  [{ ...UP, health: "unhealthy" }, READY, { kind: "unhealthy" }],
  [ended(0), READY, { kind: "ended", exitCode: 0 }],
  [ended(3), { kind: "ended", exitCode: 3 }, { kind: "ended", exitCode: 3 }],
  [ended(0, "restarting"), READY, undefined],
  [ended(3, "restarting"), { kind: "ended", exitCode: 3 }, undefined],
];

for (const [status, unchecked, checked] of CASES) {
  Deno.test(`judgeReadiness() of ${JSON.stringify(status)}`, () => {
    const ranMs = "startedMs" in status ? NOW - status.startedMs : 0;
    const found = [{ isChecked: false }, { isChecked: true }]
      .map((facts) => judgeReadiness(status, { ...facts, ranMs }));
    assert.deepEqual(found, [unchecked, checked]);
  });
}
