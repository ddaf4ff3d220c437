/** @module */
import assert from "node:assert/strict";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import {
  awaitEnd,
  openProcess,
  signalProcess,
  signalUnlessClosed,
} from "../../../lib/runtime/opened_process.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
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

Deno.test("signalUnlessClosed() says ESRCH of what is closed, as of what ended", async () => {
  const child = new Deno.Command("sleep", { args: ["1000"] }).spawn();
  const identity = identifyProcess(child.pid);
  assert.ok(identity);
  using process = openProcess(identity);
  assert.ok(process);
  signalUnlessClosed(process, SIGNALS.SIGTERM);
  assert.equal((await child.status).signal, "SIGTERM");
  for (const close of [(): void => {}, () => process[Symbol.dispose]()]) {
    close();
    assert.throws(
      () => signalUnlessClosed(process, SIGNALS.SIGTERM),
      (error) => isSyscallError(error, "ESRCH"),
    );
  }
});
