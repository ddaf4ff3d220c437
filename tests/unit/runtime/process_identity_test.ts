/** @module */
import assert from "node:assert/strict";
import { openPidfd, waitForEnd } from "../../../ffi/calls/process.ts";
import {
  exitStatusOfZombie,
  identifyProcess,
  isRunning,
  killProcess,
  processAgeMs,
} from "../../../lib/runtime/process_identity.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

/** As wait(2) gives it. */
const SIGKILL_STATUS = 9;

function startSleep(path = "sleep"): Deno.ChildProcess {
  return new Deno.Command(path, {
    args: ["1000"],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

Deno.test("identifyProcess() gives the same identity each time", () => {
  const identity = identifyProcess(Deno.pid);
  assert.ok(identity !== undefined);
  assert.equal(identity.pid, Deno.pid);
  assert.match(identity.startTime, /^\d+$/);
  assert.deepEqual(identifyProcess(Deno.pid), identity);
  assert.ok(isRunning(identity));
});

Deno.test("identifyProcess() reads past spaces and parentheses in a name", async () => {
  using directory = new TemporaryDirectory();
  const sleep = await Deno.realPath("/bin/sleep");
  for (const name of ["a b", "x) Z 1 (y", ") 1 2 3", "((("]) {
    const path = `${directory.path}/${name}`;
    await Deno.copyFile(sleep, path);
    const plain = startSleep();
    const child = startSleep(path);
    try {
      const first = Number(identifyProcess(plain.pid)?.startTime);
      const identity = identifyProcess(child.pid);
      assert.ok(identity !== undefined, name);
      const later = Number(identity.startTime) - first;
      assert.ok(later >= 0 && later < 6000, `${name}: ${later}`);
    } finally {
      plain.kill("SIGKILL");
      child.kill("SIGKILL");
      await Promise.all([plain.status, child.status]);
    }
  }
});

Deno.test("identifyProcess() knows no process that is gone or never was", async () => {
  const child = startSleep();
  child.kill("SIGKILL");
  await child.status;
  assert.equal(identifyProcess(child.pid), undefined);
  assert.equal(identifyProcess(0), undefined);
  assert.equal(identifyProcess(2 ** 31 - 1), undefined);
});

Deno.test("isRunning() is not of another process with the same pid", () => {
  const identity = identifyProcess(Deno.pid);
  assert.ok(identity !== undefined);
  const earlier = String(Number(identity.startTime) - 1);
  assert.ok(!isRunning({ pid: Deno.pid, startTime: earlier }));
});

Deno.test("killProcess() ends exactly that process, whose remains count as gone", async () => {
  const child = startSleep();
  const identity = identifyProcess(child.pid);
  assert.ok(identity !== undefined);
  // Nothing reaps it before the event loop is back: it is a zombie here.
  assert.ok(killProcess(identity, 30_000));
  assert.ok(!isRunning(identity));
  assert.equal(identifyProcess(child.pid), undefined);
  const { signal } = await child.status;
  assert.equal(signal, "SIGKILL");
  assert.ok(killProcess(identity, 0), "and again");
});

Deno.test("killProcess() leaves the next owner of a pid alone", async () => {
  const child = startSleep();
  assert.ok(killProcess({ pid: child.pid, startTime: "1" }, 30_000));
  using pidfd = openPidfd(child.pid);
  assert.ok(!waitForEnd(pidfd, 0));
  child.kill("SIGTERM");
  assert.equal((await child.status).signal, "SIGTERM");
});

Deno.test("exitStatusOfZombie() tells how it ended, until it is reaped", async () => {
  const child = startSleep();
  const identity = identifyProcess(child.pid);
  assert.ok(identity !== undefined);
  assert.equal(exitStatusOfZombie(identity), undefined, "it runs");
  assert.ok(killProcess(identity, 30_000));
  assert.equal(exitStatusOfZombie(identity), SIGKILL_STATUS);
  const earlier = { ...identity, startTime: "1" };
  assert.equal(exitStatusOfZombie(earlier), undefined, "another process");
  await child.status;
  assert.equal(exitStatusOfZombie(identity), undefined, "it is reaped");
});

Deno.test("exitStatusOfZombie() tells the program's own status", async () => {
  const child = new Deno.Command("sh", {
    args: ["-c", "read x; exit 3"],
    stdin: "piped",
    stdout: "null",
  }).spawn();
  const identity = identifyProcess(child.pid);
  assert.ok(identity !== undefined);
  using pidfd = openPidfd(child.pid);
  await child.stdin.close();
  assert.ok(waitForEnd(pidfd, 30_000));
  assert.equal(exitStatusOfZombie(identity), 3 << 8);
  await child.status;
});

Deno.test("processAgeMs() counts from the birth of a process", async () => {
  const child = startSleep();
  const identity = identifyProcess(child.pid);
  const own = identifyProcess(Deno.pid);
  assert.ok(identity !== undefined && own !== undefined);
  const ageMs = processAgeMs(identity);
  assert.ok(ageMs >= 0 && ageMs < processAgeMs(own), `${ageMs}`);
  const born = { startTime: String(Number(own.startTime) - 100) };
  const olderMs = processAgeMs(born) - processAgeMs(own);
  assert.ok(olderMs >= 1000 && olderMs < 2000, `${olderMs}`);
  child.kill("SIGKILL");
  await child.status;
});
