/** @module */
import assert from "node:assert/strict";
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import { SyscallError } from "../../../../ffi/errno.ts";
import { reasonOf, refusal } from "../../../../lib/engine/doctor/attempt.ts";

const EPERM = new SyscallError("mount", ERRNO.EPERM, "many, arguments");

Deno.test("reasonOf() leaves the arguments of a call out", () => {
  assert.equal(reasonOf(EPERM), "mount: EPERM (operation not permitted)");
  assert.equal(reasonOf(new Error("why")), "why");
  assert.equal(reasonOf("text"), "text");
});

Deno.test("reasonOf() tells both of two errors, the first one first", () => {
  const later = new SyscallError("setns", ERRNO.EINVAL);
  assert.equal(
    reasonOf(new SuppressedError(later, EPERM)),
    "mount: EPERM (operation not permitted), then setns: EINVAL (invalid argument)",
  );
});

Deno.test("refusal() keeps the number of an error", () => {
  assert.deepEqual(refusal(EPERM), {
    kind: "refused",
    reason: "mount: EPERM (operation not permitted)",
    errno: ERRNO.EPERM,
  });
  assert.deepEqual(refusal(new Error("why")), {
    kind: "refused",
    reason: "why",
  });
});

Deno.test("refusal() does not take mistakes of ours for an answer", () => {
  assert.throws(() => refusal(new TypeError("ours")), TypeError);
  assert.throws(() => refusal(new RangeError("ours")), RangeError);
});
