/**
 * `State` of inspected containers.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  inspectState,
  timeText,
} from "../../../../lib/engine/inspection/state.ts";

const NEVER = "0001-01-01T00:00:00Z";
const UP = { state: "running", pid: 42, startedMs: 5000 } as const;
const EXIT = {
  exitCode: 137,
  startedMs: 1000,
  finishedMs: 2000,
  oomKilled: true,
  restartCount: 1,
};
const ENDED = { state: "exited", ...EXIT } as const;
const NONE = { exit: undefined, health: undefined };

/** Of a container that was never started. */
const CREATED = {
  Status: "created",
  Running: false,
  Paused: false,
  Restarting: false,
  OOMKilled: false,
  Dead: false,
  Pid: 0,
  ExitCode: 0,
  Error: "",
  StartedAt: NEVER,
  FinishedAt: NEVER,
  Health: undefined,
};

Deno.test("inspectState() of a new container has no times", () => {
  const state = inspectState({ ...NONE, status: { state: "created" } });
  assert.deepEqual(state, CREATED);
  assert.ok(Object.hasOwn(state, "Health"));
});

Deno.test("inspectState() of a running container tells of no old end but its time", () => {
  assert.deepEqual(inspectState({ ...NONE, status: UP, exit: EXIT }), {
    ...CREATED,
    Status: "running",
    Running: true,
    Pid: 42,
    StartedAt: "1970-01-01T00:00:05.000Z",
    FinishedAt: "1970-01-01T00:00:02.000Z",
  });
});

Deno.test("inspectState() of a paused container has it running", () => {
  const { Status, Running, Paused } = inspectState({
    ...NONE,
    status: { ...UP, state: "paused" },
  });
  assert.deepEqual([Status, Running, Paused], ["paused", true, true]);
});

Deno.test("inspectState() of an ended container tells how it ended", () => {
  assert.deepEqual(inspectState({ ...NONE, status: ENDED, exit: EXIT }), {
    ...CREATED,
    Status: "exited",
    OOMKilled: true,
    ExitCode: 137,
    StartedAt: "1970-01-01T00:00:01.000Z",
    FinishedAt: "1970-01-01T00:00:02.000Z",
  });
});

Deno.test("inspectState() of one about to be restarted has it running", () => {
  const { Status, Running, Restarting, Pid, ExitCode } = inspectState({
    ...NONE,
    status: { ...ENDED, state: "restarting" },
    exit: EXIT,
  });
  assert.deepEqual([Status, Running, Restarting, Pid, ExitCode], [
    "restarting",
    true,
    true,
    0,
    137,
  ]);
});

Deno.test("inspectState() tells what health checks have found", () => {
  const log = [{ startMs: 1000, endMs: 1500, exitCode: 1, output: "no\n" }];
  const { Health } = inspectState({
    status: UP,
    exit: undefined,
    health: { status: "unhealthy", failingStreak: 3, log },
  });
  assert.deepEqual(Health, {
    Status: "unhealthy",
    FailingStreak: 3,
    Log: [{
      Start: "1970-01-01T00:00:01.000Z",
      End: "1970-01-01T00:00:01.500Z",
      ExitCode: 1,
      Output: "no\n",
    }],
  });
});

Deno.test("timeText() of no time is docker's", () => {
  assert.equal(timeText(undefined), NEVER);
});

Deno.test("inspectState() tells why it ended, until it is started again", () => {
  const exit = { ...EXIT, error: "killed after 1 s (--timeout)" };
  const ended = inspectState({ ...NONE, status: ENDED, exit });
  assert.equal(ended.Error, exit.error);
  assert.equal(inspectState({ ...NONE, status: UP, exit }).Error, "");
});
