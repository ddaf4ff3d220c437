/** @module */
import assert from "node:assert/strict";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import { seccompStep } from "../../../../lib/runtime/plan/seccomp.ts";

Deno.test("seccompStep() hands the kernel a sock_fprog", () => {
  const program = Uint8Array.from({ length: 24 }, (_, index) => index);
  const step = seccompStep({ program, flags: 4 });
  assert.equal(step.call, "seccomp");
  assert.deepEqual(step.args.slice(1), [4, {
    words: [3, { bytes: program, text: "3 instructions" }],
  }]);
  assert.equal(
    describeStep(step),
    "seccomp(SECCOMP_SET_MODE_FILTER, 4, {3, 3 instructions})",
  );
  assert.equal(step.tolerate, undefined);
});
