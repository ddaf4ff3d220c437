/** @module */
import assert from "node:assert/strict";
import type { WaitStatus } from "../../../ffi/calls/process.ts";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import {
  isKernelAtLeast,
  parseKernel,
} from "../../../lib/base/kernel_version.ts";
import { adoptProcess } from "../../../lib/runtime/adopted_process.ts";
import type { ContainerProcess } from "../../../lib/runtime/launch/container_process.ts";
import { identifyProcess } from "../../../lib/runtime/process_identity.ts";
import { Output } from "../../support/cli.ts";
import { openDescriptors } from "../../support/processes.ts";
import { Unreaped } from "../../support/unreaped.ts";

const EXITS = "trap 'exit 3' TERM; echo ready; read x";
const DIES = "echo ready; exec sleep 1000";

/** What a kernel may tell of a process that was reaped; old ones tell root. */
function ifToldLate(status: WaitStatus): readonly WaitStatus[] {
  return isKernelAtLeast(parseKernel(Deno.osRelease()), "6.15")
    ? [status]
    : [status, { kind: "exited", status: 255 }];
}

function adopt(pid: number): ContainerProcess {
  const identity = identifyProcess(pid);
  assert.ok(identity);
  const process = adoptProcess(identity);
  assert.ok(process);
  assert.equal(process.pid, pid);
  return process;
}

for (
  const [script, status] of [
    [EXITS, { kind: "exited", status: 3 }],
    [DIES, { kind: "signaled", signal: 15 }],
  ] as const
) {
  Deno.test(`adoptProcess() tells how it ended whom its parent reaped: ${status.kind}`, async () => {
    const before = openDescriptors();
    const child = new Deno.Command("sh", {
      args: ["-c", script],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const output = new Output(child.stdout, "a script");
    await output.line();
    const process = adopt(child.pid);
    process.signal(SIGNALS.SIGTERM);
    await child.status;
    const told = JSON.stringify(await process.wait());
    const allowed = ifToldLate(status).map((one) => JSON.stringify(one));
    assert.ok(allowed.includes(told), told);
    await child.stdin.close().catch(() => undefined);
    await output.cancel();
    assert.ok(openDescriptors() <= before);
  });

  Deno.test(`adoptProcess() tells how it ended whom nobody reaps: ${status.kind}`, async () => {
    await using program = await Unreaped.start(script);
    const process = adopt(program.identity.pid);
    const ended = process.wait();
    process.signal(SIGNALS.SIGTERM);
    assert.deepEqual(await ended, status);
  });
}

Deno.test("adoptProcess() finds nobody who has ended, or has the pid only", async () => {
  const child = new Deno.Command("sleep", { args: ["1000"] }).spawn();
  const identity = identifyProcess(child.pid);
  assert.ok(identity);
  assert.equal(adoptProcess({ ...identity, startTime: "1" }), undefined);
  const process = adopt(child.pid);
  child.kill("SIGKILL");
  await child.status;
  assert.equal(adoptProcess(identity), undefined);
  for (let time = 0; time < 2; time++) {
    assert.throws(
      () => process.signal(SIGNALS.SIGKILL),
      (error) => isSyscallError(error, "ESRCH"),
      time === 0 ? "reaped by its parent" : "waited for by us",
    );
    if (time === 0) await process.wait();
  }
});
