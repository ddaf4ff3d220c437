/** @module */
import assert from "node:assert/strict";
import { Output } from "../../support/cli.ts";

const ALARM = new URL("../../fixtures/monitor/alarm.ts", import.meta.url);
const LONG_MS = 1_000_000;

Deno.test("Alarm sleeps through all signals but SIGTERM", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", ALARM.pathname],
      ...["0", LONG_MS, LONG_MS, 1].map(String),
    ],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const output = new Output(child.stdout, "the alarm");
  assert.equal(await output.line(), "asleep 0");
  for (let time = 0; time < 2; time++) {
    assert.equal(await output.line(), `asleep ${LONG_MS}`);
    for (const signal of ["HUP", "INT", "QUIT", "USR1", "USR2"] as const) {
      child.kill(`SIG${signal}`);
    }
    child.kill("SIGTERM");
  }
  // That of before wakes nobody any more.
  assert.equal(await output.rest(), "asleep 1\nawake\n");
  const { code, signal } = await child.status;
  assert.deepEqual({ code, signal }, { code: 0, signal: null });
});
