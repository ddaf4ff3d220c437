/** @module */
import assert from "node:assert/strict";
import { SpecError } from "../../../../lib/base/errors.ts";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import {
  sysctlPath,
  sysctlSteps,
} from "../../../../lib/runtime/plan/sysctl.ts";
import { runtimeSpec } from "../../../support/runtime_spec.ts";

Deno.test("sysctlSteps() writes each parameter below the new root, in order", () => {
  const steps = sysctlSteps(runtimeSpec({
    linux: {
      sysctl: { "net.ipv4.ip_forward": "1", "kernel.msgmax": "65536" },
    },
  }));
  assert.deepEqual(steps.map(describeStep), [
    'openat2(AT_FDCWD, "proc/sys/net/ipv4/ip_forward", {O_WRONLY|O_CLOEXEC, 0, RESOLVE_NO_SYMLINKS}, 24)',
    'write($sysctl.net.ipv4.ip_forward, "1", 1)',
    'openat2(AT_FDCWD, "proc/sys/kernel/msgmax", {O_WRONLY|O_CLOEXEC, 0, RESOLVE_NO_SYMLINKS}, 24)',
    'write($sysctl.kernel.msgmax, "65536", 5)',
  ]);
  assert.deepEqual(steps.map(({ attempt }) => attempt).slice(1, 3), [
    'set the kernel parameter "net.ipv4.ip_forward" to "1"',
    'set the kernel parameter "kernel.msgmax" to "65536"',
  ]);
  assert.deepEqual(sysctlSteps(runtimeSpec()), []);
});

for (
  const name of ["", ".", "net..x", "net/../../x", "/net", "net/./x", "net."]
) {
  Deno.test(`sysctlPath() refuses ${JSON.stringify(name)}`, () => {
    assert.throws(() => sysctlPath(name), (error) => {
      assert.ok(error instanceof SpecError);
      assert.match(error.pointer, /^\/linux\/sysctl\//);
      return true;
    });
  });
}
