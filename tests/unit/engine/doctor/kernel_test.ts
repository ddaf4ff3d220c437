/** @module */
import assert from "node:assert/strict";
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import type { CheckResult } from "../../../../lib/engine/doctor/check_result.ts";
import {
  checkKernel,
  checkOptionalCalls,
  checkSystemCalls,
} from "../../../../lib/engine/doctor/kernel.ts";
import type {
  Answer,
  Trial,
} from "../../../../lib/engine/doctor/host_probe.ts";
import { fakeProbe, refused, WORKS } from "../../../support/fake_probe.ts";

Deno.test("checkKernel() judges releases by their first two numbers", () => {
  const cases = [
    ["4.19.0-26-amd64", "missing"],
    ["5.4.0", "missing"],
    ["5.11.22-generic", "missing"],
    ["5.12.0", "degraded"],
    ["5.18.19", "degraded"],
    ["5.19-rc1", "ok"],
    ["6.1.0-18-amd64", "ok"],
    ["10.0", "ok"],
  ];
  for (const [kernel = "", status] of cases) {
    const result = checkKernel(fakeProbe({ kernel }));
    assert.equal(result.status, status, kernel);
    assert.equal(result.stopsRun, status === "missing" ? true : undefined);
    assert.ok(result.detail.startsWith(kernel));
  }
});

Deno.test("checkKernel() names what newer kernels would add", () => {
  const costs = (kernel: string): string =>
    checkKernel(fakeProbe({ kernel })).costs ?? "";
  assert.match(costs("5.13.0"), /cgroup\.kill.*5\.14.*mapped layers.*5\.19/);
  assert.doesNotMatch(costs("5.15.0"), /cgroup\.kill/);
  assert.match(costs("5.15.0"), /mapped layers/);
});

Deno.test("checkSystemCalls() tries each call with what the kernel must refuse", () => {
  const trials: Trial[] = [];
  const probe = fakeProbe({
    attempt(trial): Answer {
      trials.push(trial);
      return WORKS;
    },
  });
  assert.equal(checkSystemCalls(probe).status, "ok");
  const calls = trials.flatMap(({ calls = [] }) =>
    calls.map(({ call }) => call)
  );
  for (
    const call of ["openat2", "memfd_create", "close_range", "pivot_root"]
  ) {
    assert.ok(calls.some((made) => made === call), call);
  }
  for (const { expects = [], born = [], lasting } of trials) {
    assert.equal(expects.length, 1);
    assert.equal(lasting, undefined);
    assert.ok(born.every((namespace) => namespace === "CLONE_NEWNS"));
  }
});

Deno.test("checkSystemCalls() names every call that is refused", () => {
  const probe = fakeProbe({
    attempt({ calls = [] }): Answer {
      const call = calls[0]?.call ?? "";
      return ["openat2", "memfd_create"].includes(call)
        ? refused(`${call}: ENOSYS`, ERRNO.ENOSYS)
        : WORKS;
    },
  });
  const result = checkSystemCalls(probe);
  assert.equal(result.status, "missing");
  assert.equal(result.detail, "openat2: ENOSYS, memfd_create: ENOSYS");
  assert.ok(result.stopsRun);
});

Deno.test("checkOptionalCalls() knows what needs each", () => {
  const check = (call: string): CheckResult =>
    checkOptionalCalls(fakeProbe({
      attempt: ({ calls = [] }) =>
        calls[0]?.call === call ? refused(`${call}: EPERM`) : WORKS,
    }));
  assert.equal(check("none").status, "ok");
  assert.deepEqual(check("mount_setattr").flags, [
    "--read-only",
    "--volume SRC:DST:ro",
  ]);
  const signals = check("pidfd_send_signal");
  assert.deepEqual([signals.status, signals.detail, signals.stopsRun], [
    "missing",
    "pidfd_send_signal: EPERM",
    undefined,
  ]);
});
