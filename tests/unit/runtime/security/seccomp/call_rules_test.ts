/** @module */
import assert from "node:assert/strict";
import type {
  SeccompArgument,
  SeccompOperator,
} from "../../../../../lib/oci/linux_seccomp.ts";
import { CallRules } from "../../../../../lib/runtime/security/seccomp/call_rules.ts";
import { conditionOf } from "../../../../../lib/runtime/security/seccomp/condition.ts";

const DEFAULT = 0x50001;

/** A condition: argument, operator without `SCMP_CMP_`, value, second value. */
type Short = readonly [number, string, number, number?];

/** Whether a rule is accepted. */
function add(
  rules: CallRules,
  action: number,
  ...conditions: readonly Short[]
): boolean {
  return rules.add({
    action,
    conditions: conditions.map(([index, op, value, valueTwo]) => {
      const argument: SeccompArgument = {
        index,
        value,
        ...valueTwo === undefined ? {} : { valueTwo },
        op: `SCMP_CMP_${op}` as SeccompOperator,
      };
      const condition = conditionOf(argument, 64);
      assert.ok(condition !== undefined);
      return condition;
    }),
  });
}

/** The actions in the order in which they are asked, and the last resort. */
function order(rules: CallRules): number[] {
  const { alternatives, otherwise } = rules.verdict(DEFAULT);
  return [...alternatives.map(({ action }) => action), otherwise];
}

Deno.test("CallRules has the default verdict without rules", () => {
  assert.deepEqual(order(new CallRules()), [DEFAULT]);
});

Deno.test("CallRules lets the first rule without conditions decide", () => {
  const rules = new CallRules();
  assert.ok(add(rules, 1, [0, "EQ", 5]));
  assert.ok(add(rules, 2));
  assert.ok(add(rules, 3));
  assert.ok(add(rules, 4, [0, "EQ", 5]));
  assert.deepEqual(order(rules), [2]);
});

Deno.test("CallRules asks about later arguments first", () => {
  const rules = new CallRules();
  add(rules, 1, [0, "EQ", 1]);
  add(rules, 2, [2, "EQ", 1]);
  add(rules, 3, [1, "EQ", 1], [5, "EQ", 1]);
  assert.deepEqual(order(rules), [2, 3, 1, DEFAULT]);
});

Deno.test("CallRules asks for equality first, then for less, then for more", () => {
  const rules = new CallRules();
  add(rules, 1, [0, "GT", 1]);
  add(rules, 2, [0, "LE", 2]);
  add(rules, 3, [0, "NE", 3]);
  add(rules, 4, [0, "GE", 4]);
  add(rules, 5, [0, "LT", 5]);
  add(rules, 6, [0, "MASKED_EQ", 7, 6]);
  assert.deepEqual(order(rules), [3, 6, 2, 5, 4, 1, DEFAULT]);
});

Deno.test("CallRules asks for larger values first, or for smaller ones of LT and LE", () => {
  const more = new CallRules();
  [3, 2 ** 32, 5, 2 ** 32 + 1].forEach((value, index) =>
    add(more, index, [0, "GE", value])
  );
  assert.deepEqual(order(more), [3, 1, 2, 0, DEFAULT]);
  const less = new CallRules();
  [3, 2 ** 32, 5, 2 ** 32 + 1].forEach((value, index) =>
    add(less, index, [0, "LT", value])
  );
  assert.deepEqual(order(less), [0, 2, 1, 3, DEFAULT]);
});

Deno.test("CallRules keeps the profile's order of what is equal", () => {
  const rules = new CallRules();
  add(rules, 1, [0, "MASKED_EQ", 1, 1]);
  add(rules, 2, [0, "MASKED_EQ", 3, 1]);
  add(rules, 3, [0, "EQ", 1]);
  assert.deepEqual(order(rules), [1, 2, 3, DEFAULT]);
});

Deno.test("CallRules passes over a rule that begins with an earlier one", () => {
  const rules = new CallRules();
  assert.ok(add(rules, 1, [0, "EQ", 1]));
  assert.ok(add(rules, 2, [0, "EQ", 1], [1, "EQ", 2]));
  assert.ok(add(rules, 1, [0, "EQ", 1]));
  assert.deepEqual(order(rules), [1, DEFAULT]);
});

Deno.test("CallRules replaces longer rules by their beginning", () => {
  const rules = new CallRules();
  add(rules, 1, [0, "EQ", 1], [1, "EQ", 2]);
  add(rules, 1, [0, "EQ", 1], [2, "EQ", 3]);
  assert.deepEqual(order(rules), [1, 1, DEFAULT]);
  assert.ok(add(rules, 1, [0, "EQ", 1]));
  assert.deepEqual(order(rules), [1, DEFAULT]);
});

Deno.test("CallRules takes opposites on one value for two rules", () => {
  const rules = new CallRules();
  assert.ok(add(rules, 1, [0, "EQ", 1]));
  assert.ok(add(rules, 2, [0, "NE", 1]));
  assert.ok(add(rules, 3, [1, "LT", 5]));
  assert.ok(add(rules, 4, [1, "GE", 5]));
  assert.deepEqual(order(rules), [3, 4, 1, 2, DEFAULT]);
});

Deno.test("CallRules asks for more along with an earlier opposite", () => {
  const rules = new CallRules();
  add(rules, 1, [0, "LT", 5]);
  add(rules, 2, [0, "GE", 9]);
  add(rules, 3, [0, "GE", 5]);
  assert.deepEqual(order(rules), [1, 3, 2, DEFAULT]);
  const later = new CallRules();
  add(later, 3, [0, "GE", 5]);
  add(later, 2, [0, "GE", 9]);
  add(later, 1, [0, "LT", 5]);
  assert.deepEqual(order(later), [1, 2, 3, DEFAULT]);
});

Deno.test("CallRules refuses the same conditions with another action", () => {
  const rules = new CallRules();
  assert.ok(add(rules, 1, [0, "EQ", 1], [1, "GT", 2]));
  assert.ok(!add(rules, 2, [0, "EQ", 1], [1, "GT", 2]));
});

Deno.test("CallRules refuses the beginning of a rule with another action", () => {
  const rules = new CallRules();
  assert.ok(add(rules, 1, [0, "EQ", 1], [1, "GT", 2]));
  assert.ok(!add(rules, 2, [0, "EQ", 1]));
});
