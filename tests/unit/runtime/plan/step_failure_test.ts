/** @module */
import assert from "node:assert/strict";
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import type { ChildStep } from "../../../../lib/runtime/plan/step.ts";
import { stepFailure } from "../../../../lib/runtime/plan/step_failure.ts";

const STEP: ChildStep = { call: "chdir", args: ["/"], why: "the root" };
const REFUSAL = { errno: ERRNO.ENOENT, whole: "start the container" };

Deno.test("stepFailure() names the system call, and who knows the host", () => {
  const error = stepFailure(STEP, REFUSAL);
  assert.equal(
    error.message,
    'Cannot start the container: chdir("/"): ENOENT (no such file or directory)',
  );
  assert.equal(error.advice, "tsdocker doctor");
  assert.equal(error.reason, "setup");
});

Deno.test("stepFailure() gives the reason that the step has", () => {
  const step: ChildStep = { ...STEP, reason: "not-executable" };
  for (const attempt of [{}, { attempt: "enter it" }]) {
    const error = stepFailure({ ...step, ...attempt }, REFUSAL);
    assert.equal(error.reason, "not-executable");
  }
});

Deno.test("stepFailure() names what the user asked for instead", () => {
  const cause = new Error("cause");
  const step = { ...STEP, attempt: 'set "a" to "b"' };
  const error = stepFailure(step, { ...REFUSAL, cause });
  assert.equal(
    error.message,
    'Cannot set "a" to "b": ENOENT (no such file or directory)',
  );
  assert.equal(error.advice, undefined);
  assert.equal(error.cause, cause);
});
