/** @module */
import assert from "node:assert/strict";
import { whileInPidNamespace } from "../../../../lib/runtime/launch/pid_namespace.ts";
import type { LaunchPlan } from "../../../../lib/runtime/plan/step.ts";

const PLAN: LaunchPlan = {
  prepare: [],
  clone: { value: 0x2000_0000, text: "CLONE_NEWPID" },
  child: [],
};

Deno.test("whileInPidNamespace() leaves to clone3 what that can make", () => {
  const results = new Map<string, number>();
  const made = whileInPidNamespace({ plan: PLAN, results }, () => "launched");
  assert.equal(made, "launched");
});

Deno.test("whileInPidNamespace() launches nothing without the namespace of the plan", () => {
  const plan = { ...PLAN, pidNamespace: "missing" };
  assert.throws(
    () => whileInPidNamespace({ plan, results: new Map() }, assert.fail),
    TypeError,
  );
});
