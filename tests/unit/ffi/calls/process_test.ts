/** @module */
import assert from "node:assert/strict";
import { createPipe } from "../../../../ffi/calls/pipe.ts";
import {
  decodeWaitStatus,
  exitStatusOfReaped,
  openPidfd,
  reapPidfd,
  sendSignal,
  waitForEnd,
  waitPidfd,
  type WaitStatus,
} from "../../../../ffi/calls/process.ts";
import { SIGNALS } from "../../../../ffi/constants/signal.ts";
import { isSyscallError } from "../../../../ffi/errno.ts";
import { NativeLauncher } from "../../../../ffi/launcher/launcher.ts";
import { UNBLOCK_SIGNALS } from "../../../../ffi/launcher/child_signals.ts";
import type { Fd } from "../../../../ffi/fd.ts";
import { syscall } from "../../../../ffi/syscall.ts";
import {
  isKernelAtLeast,
  parseKernel,
} from "../../../../lib/base/kernel_version.ts";

/** Whether the kernel still knows how a process ended that was reaped. */
const KERNEL_TELLS = isKernelAtLeast(
  parseKernel(Deno.osRelease()),
  "6.15",
);

/** A child that Deno does not know of, so that nobody else reaps it. */
function launch(...command: [string, ...string[]]): { pid: number; pidfd: Fd } {
  using launcher = new NativeLauncher();
  const launched = launcher.launch({
    cloneFlags: 0n,
    results: new Map(),
    records: [UNBLOCK_SIGNALS, {
      call: "execve",
      args: [command[0], { words: [...command, null] }, { words: [null] }],
    }],
  });
  assert.ok(launched.kind === "started", Deno.inspect(launched));
  return launched;
}

async function statusOf(script: string): Promise<WaitStatus> {
  using pidfd = launch("/bin/sh", "-c", script).pidfd;
  return await waitPidfd(pidfd);
}

Deno.test("waitPidfd() tells exit statuses from signals", async () => {
  assert.deepEqual(await statusOf("exit 0"), { kind: "exited", status: 0 });
  assert.deepEqual(await statusOf("exit 255"), { kind: "exited", status: 255 });
  assert.deepEqual(await statusOf("exit 137"), { kind: "exited", status: 137 });
  assert.deepEqual(await statusOf("kill -KILL $$"), {
    kind: "signaled",
    signal: 9,
  });
  assert.deepEqual(await statusOf("kill -SEGV $$"), {
    kind: "signaled",
    signal: 11,
  });
});

Deno.test("waitPidfd() leaves the event loop free meanwhile", async () => {
  using pidfd = launch("/bin/sleep", "1000").pidfd;
  const ended = waitPidfd(pidfd);
  let ticks = 0;
  while (ticks < 3) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    ticks++;
  }
  sendSignal(pidfd, SIGNALS.SIGTERM);
  assert.deepEqual(await ended, { kind: "signaled", signal: 15 });
});

Deno.test("waitPidfd() refuses what is no child, or was waited for", async () => {
  using pidfd = launch("/bin/true").pidfd;
  await waitPidfd(pidfd);
  await assert.rejects(waitPidfd(pidfd), TypeError);
  using other = openPidfd(1);
  await assert.rejects(waitPidfd(other), TypeError);
  using pipe = createPipe();
  await assert.rejects(waitPidfd(pipe.readable), TypeError);
});

Deno.test("reapPidfd() waits as well, once", () => {
  using pidfd = launch("/bin/sh", "-c", "sleep 0.1; exit 3").pidfd;
  assert.deepEqual(reapPidfd(pidfd), { kind: "exited", status: 3 });
  assert.throws(
    () => reapPidfd(pidfd),
    (error) => isSyscallError(error, "ECHILD"),
  );
});

Deno.test("openPidfd() finds running processes only", async () => {
  using own = openPidfd(Deno.pid);
  assert.match(await Deno.readLink(own.path), /pidfd/);
  const { pid, pidfd } = launch("/bin/true");
  using owned = pidfd;
  await waitPidfd(owned);
  assert.throws(() => openPidfd(pid), (e) => isSyscallError(e, "ESRCH"));
  assert.throws(() => openPidfd(0), (e) => isSyscallError(e, "EINVAL"));
});

Deno.test("decodeWaitStatus() tells exit statuses from signals", () => {
  const statuses: readonly [number, WaitStatus][] = [
    [0, { kind: "exited", status: 0 }],
    [3 << 8, { kind: "exited", status: 3 }],
    [255 << 8, { kind: "exited", status: 255 }],
    [9, { kind: "signaled", signal: 9 }],
    [64, { kind: "signaled", signal: 64 }],
    // With a core dump.
    [0x80 | 11, { kind: "signaled", signal: 11 }],
  ];
  for (const [status, decoded] of statuses) {
    assert.deepEqual(decodeWaitStatus(status), decoded, String(status));
  }
});

Deno.test("exitStatusOfReaped() tells how it ended, once it was waited for", async () => {
  const scripts: readonly [string, WaitStatus][] = [
    ["exit 3", { kind: "exited", status: 3 }],
    ["kill -KILL $$", { kind: "signaled", signal: 9 }],
  ];
  for (const [script, status] of scripts) {
    using pidfd = launch("/bin/sh", "-c", script).pidfd;
    assert.ok(waitForEnd(pidfd, 30_000));
    assert.equal(exitStatusOfReaped(pidfd), undefined, "not reaped yet");
    await waitPidfd(pidfd);
    // Linux before 6.15 does not tell.
    const told = exitStatusOfReaped(pidfd) ?? "unknown";
    if (told === "unknown") assert.ok(!KERNEL_TELLS, "the kernel does");
    else assert.deepEqual(told, status);
  }
});

Deno.test("exitStatusOfReaped() knows nothing of what runs, or is no process", () => {
  using own = openPidfd(Deno.pid);
  assert.equal(exitStatusOfReaped(own), undefined);
  using pipe = createPipe();
  assert.equal(exitStatusOfReaped(pipe.readable), undefined);
});

Deno.test("sendSignal() says ESRCH once the child was waited for, not before", async () => {
  using pidfd = launch("/bin/true").pidfd;
  assert.ok(waitForEnd(pidfd, 30_000));
  sendSignal(pidfd, SIGNALS.SIGTERM);
  await waitPidfd(pidfd);
  assert.throws(
    () => sendSignal(pidfd, SIGNALS.SIGTERM),
    (error) => isSyscallError(error, "ESRCH"),
  );
});

Deno.test("waitForEnd() gives up after the time, and does not reap", async () => {
  using pidfd = launch("/bin/sleep", "1000").pidfd;
  const started = performance.now();
  assert.ok(!waitForEnd(pidfd, 0));
  assert.ok(!waitForEnd(pidfd, 60.5));
  assert.ok(performance.now() - started >= 60);
  sendSignal(pidfd, SIGNALS.SIGKILL);
  assert.ok(waitForEnd(pidfd, 30_000));
  assert.ok(waitForEnd(pidfd, 0));
  assert.deepEqual(await waitPidfd(pidfd), { kind: "signaled", signal: 9 });
});

Deno.test("waitForEnd() goes on waiting when a signal comes in between", async () => {
  const { pid, pidfd } = launch("/bin/sleep", "1000");
  using target = pidfd;
  using end = new DisposableStack();
  end.defer(() => syscall("kill", pid, SIGNALS.SIGKILL));
  const script = new URL(
    "../../../fixtures/runtime/wait_for_end.ts",
    import.meta.url,
  ).pathname;
  const waiter = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, String(pid)],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const output = waiter.stdout.getReader();
  await output.read();
  await sleepsInKernel(waiter.pid);
  for (let count = 0; count < 100; count++) {
    syscall("kill", waiter.pid, SIGNALS.SIGUSR2);
    await sleepsInKernel(waiter.pid);
  }
  end.dispose();
  const { value } = await output.read();
  assert.equal(new TextDecoder().decode(value), "true\n");
  assert.ok((await waiter.status).success);
  await output.cancel();
  await waitPidfd(target);
});

/** Waits until the main thread of a process sleeps, or the process is gone. */
async function sleepsInKernel(pid: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    assert.ok(Date.now() < deadline);
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    const state = stat.slice(stat.lastIndexOf(")") + 2)[0] ?? "";
    if ("SZ".includes(state)) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
