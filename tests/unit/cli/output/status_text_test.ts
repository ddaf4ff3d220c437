/**
 * The words for what a container is doing.
 *
 * @module
 */
import assert from "node:assert/strict";
import { statusText } from "../../../../lib/cli/output/status_text.ts";
import type { ContainerStatus } from "../../../../lib/engine/containers/list.ts";

const NOW = 1_000_000_000;
const UP = { state: "running", pid: 1, startedMs: NOW - 180_000 } as const;
const ENDED = {
  state: "exited",
  exitCode: 137,
  finishedMs: NOW - 5000,
  oomKilled: false,
} as const;

const STATUSES: readonly (readonly [ContainerStatus, string])[] = [
  [{ state: "created" }, "Created"],
  [UP, "Up 3 minutes"],
  [{ ...UP, startedMs: NOW - 10 }, "Up Less than a second"],
  [{ ...UP, health: "starting" }, "Up 3 minutes (health: starting)"],
  [{ ...UP, health: "healthy" }, "Up 3 minutes (healthy)"],
  [{ ...UP, health: "unhealthy" }, "Up 3 minutes (unhealthy)"],
  [{ ...UP, state: "paused", health: "healthy" }, "Up 3 minutes (Paused)"],
  [ENDED, "Exited (137) 5 seconds ago"],
  [{ ...ENDED, oomKilled: true }, "Exited (137, OOM) 5 seconds ago"],
  [
    { ...ENDED, exitCode: 0, finishedMs: NOW - 60_000 },
    "Exited (0) About a minute ago",
  ],
  [
    { ...ENDED, state: "restarting", exitCode: 1 },
    "Restarting (1) 5 seconds ago",
  ],
];

for (const [status, text] of STATUSES) {
  Deno.test(`statusText() writes "${text}"`, () => {
    assert.equal(statusText(status, NOW), text);
  });
}
