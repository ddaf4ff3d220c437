/** @module */
import assert from "node:assert/strict";
import { HostError } from "../../../lib/base/errors.ts";
import { identifyProcess } from "../../../lib/runtime/process_identity.ts";
import { openRunning } from "../../../lib/runtime/running_container.ts";

const own = identifyProcess(Deno.pid) ?? assert.fail();

Deno.test("openRunning() opens no process whose mounts are the host's", () => {
  assert.throws(() => openRunning(own), HostError);
});

Deno.test("openRunning() takes a process with the same pid for another", () => {
  assert.equal(openRunning({ ...own, startTime: "1" }), undefined);
});

Deno.test("openRunning() finds nothing of a process that has ended", async () => {
  const child = new Deno.Command("true").spawn();
  await child.status;
  assert.equal(openRunning({ pid: child.pid, startTime: "1" }), undefined);
});
