/** @module */
import assert from "node:assert/strict";
import type { ResourceLimit } from "../../../../ffi/calls/credentials.ts";
import { RLIM_INFINITY } from "../../../../ffi/constants/resource.ts";
import type { CheckResult } from "../../../../lib/engine/doctor/check_result.ts";
import type { HostProbe } from "../../../../lib/engine/doctor/host_probe.ts";
import {
  checkMemory,
  checkOpenFiles,
  checkProcessLimit,
  checkSwap,
  checkTasks,
} from "../../../../lib/engine/doctor/limits.ts";
import { fakeProbe } from "../../../support/fake_probe.ts";

function limited(soft: bigint, hard: bigint): HostProbe {
  return fakeProbe({ limit: (): ResourceLimit => ({ soft, hard }) });
}

Deno.test("checkOpenFiles() wants a thousand", () => {
  assert.equal(checkOpenFiles(fakeProbe()).detail, "unlimited");
  const usual = checkOpenFiles(limited(1024n, 524288n));
  assert.deepEqual([usual.status, usual.detail], [
    "ok",
    "1024, can be raised to 524288",
  ]);
  const soft = checkOpenFiles(limited(256n, 4096n));
  assert.deepEqual([soft.status, soft.flags], ["degraded", []]);
  const hard = checkOpenFiles(limited(256n, 256n));
  assert.deepEqual([hard.detail, hard.flags], ["256", ["--ulimit nofile"]]);
});

Deno.test("checkProcessLimit() wants as many as a container may have", () => {
  assert.equal(checkProcessLimit(limited(2048n, 2048n)).status, "ok");
  const few = checkProcessLimit(limited(100n, RLIM_INFINITY));
  assert.equal(few.status, "degraded");
  assert.equal(few.detail, "100, can be raised to unlimited");
});

Deno.test("checkMemory() tells what is available", () => {
  assert.equal(checkMemory(fakeProbe()).detail, "4GiB of 8GiB available");
  const check = (meminfo: string | undefined): CheckResult =>
    checkMemory(fakeProbe({ files: { "/proc/meminfo": meminfo } }));
  const low = check("MemTotal: 500000 kB\nMemAvailable: 100000 kB\n");
  assert.equal(low.status, "degraded");
  assert.equal(check(undefined).detail, "/proc/meminfo cannot be read");
});

Deno.test("checkSwap() is content with none", () => {
  assert.equal(checkSwap(fakeProbe()).detail, "1GiB");
  const none = fakeProbe({ files: { "/proc/meminfo": "SwapTotal: 0 kB\n" } });
  assert.match(checkSwap(none).detail, /^none/);
  assert.equal(checkSwap(none).status, "ok");
});

Deno.test("checkTasks() compares what is left with a container's limit", () => {
  const check = (files: Record<string, string | undefined>): CheckResult =>
    checkTasks(fakeProbe({ files }));
  assert.equal(
    check({}).detail,
    "150 run, pid_max 4194304, threads-max 100000",
  );
  // 150 run on the perfect host.
  assert.equal(check({ "/proc/sys/kernel/pid_max": "2198\n" }).status, "ok");
  const numbers = check({ "/proc/sys/kernel/pid_max": "2197\n" });
  assert.equal(numbers.status, "degraded");
  assert.deepEqual(numbers.flags, ["--pids-limit"]);
  const threads = check({ "/proc/sys/kernel/threads-max": "500\n" });
  assert.equal(threads.status, "degraded");
  assert.equal(check({ "/proc/loadavg": undefined }).status, "degraded");
});
