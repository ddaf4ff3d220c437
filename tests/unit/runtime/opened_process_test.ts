/** @module */
import assert from "node:assert/strict";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import {
  awaitEnd,
  openProcess,
  signalProcess,
} from "../../../lib/runtime/opened_process.ts";
import { identifyProcess } from "../../../lib/runtime/process_identity.ts";

Deno.test("openProcess() opens exactly the process that is meant", async () => {
  const child = new Deno.Command("sleep", { args: ["1000"] }).spawn();
  const identity = identifyProcess(child.pid);
  assert.ok(identity);
  assert.equal(openProcess({ ...identity, startTime: "1" }), undefined);
  using process = openProcess(identity);
  assert.ok(process);
  assert.ok(signalProcess(process, SIGNALS.SIGTERM));
  assert.equal((await child.status).signal, "SIGTERM");
  assert.ok(!signalProcess(process, SIGNALS.SIGTERM));
  assert.equal(openProcess(identity), undefined);
});

Deno.test("awaitEnd() waits for an end, or for its time", async () => {
  const child = new Deno.Command("sleep", { args: ["1000"] }).spawn();
  const identity = identifyProcess(child.pid);
  assert.ok(identity);
  using process = openProcess(identity);
  assert.ok(process);
  assert.ok(!await awaitEnd(process, 0));
  const start = performance.now();
  assert.ok(!await awaitEnd(process, 15.5));
  assert.ok(performance.now() - start >= 15);
  const waiting = awaitEnd(process, Infinity);
  child.kill("SIGKILL");
  assert.ok(await waiting);
  await child.status;
});
