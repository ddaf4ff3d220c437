/** @module */
import assert from "node:assert/strict";
import type { SeccompArchitecture } from "../../../../../lib/oci/linux_seccomp.ts";
import { CALL_ARCHITECTURES } from "../../../../../lib/runtime/security/seccomp/architecture.ts";
import {
  always,
  callRanges,
  type NewerCalls,
} from "../../../../../lib/runtime/security/seccomp/call_ranges.ts";
import type { Verdict } from "../../../../../lib/runtime/security/seccomp/call_rules.ts";

const [REFUSE, ALLOW, ENOSYS] = [0x50001, 0x7fff0000, 0x50026];

/** Where ranges begin, and their words. */
function ranges(
  verdicts: readonly (readonly [number, Verdict])[],
  {
    architecture = "SCMP_ARCH_X86_64",
    newerCalls = "default",
    named = verdicts.map(([number]) => number),
  }: {
    readonly architecture?: SeccompArchitecture;
    readonly newerCalls?: NewerCalls;
    readonly named?: readonly number[];
  } = {},
): [number, number][] {
  return callRanges(
    {
      otherwise: REFUSE,
      verdicts: new Map(verdicts),
      named: new Set(named),
    },
    CALL_ARCHITECTURES[architecture],
    newerCalls,
  ).map(({ from, verdict }) => [from, verdict.otherwise]);
}

const allow = (...numbers: number[]): [number, Verdict][] =>
  numbers.map((number) => [number, always(ALLOW)]);

Deno.test("callRanges() is one range without rules", () => {
  assert.deepEqual(ranges([]), [[0, REFUSE]]);
});

Deno.test("callRanges() makes one range of neighbours with one verdict", () => {
  assert.deepEqual(ranges(allow(7, 2, 1, 3, 9, 8)), [
    [0, REFUSE],
    [1, ALLOW],
    [4, REFUSE],
    [7, ALLOW],
    [10, REFUSE],
  ]);
  assert.deepEqual(ranges(allow(0, 1)), [[0, ALLOW], [2, REFUSE]]);
});

Deno.test("callRanges() keeps calls apart whose arguments are judged otherwise", () => {
  const judged = (value: number): Verdict => ({
    alternatives: [{
      conditions: [{
        index: 0,
        op: "SCMP_CMP_EQ",
        low: { value, mask: 0xffffffff },
      }],
      action: ALLOW,
    }],
    otherwise: REFUSE,
  });
  const found = ranges([
    [1, judged(1)],
    [2, judged(1)],
    [3, judged(2)],
  ]);
  assert.deepEqual(found.map(([from]) => from), [0, 1, 3, 4]);
});

Deno.test("callRanges() answers ENOSYS behind the newest call of the policy", () => {
  assert.deepEqual(ranges(allow(1, 5), { newerCalls: "ENOSYS" }), [
    [0, REFUSE],
    [1, ALLOW],
    [2, REFUSE],
    [5, ALLOW],
    [6, ENOSYS],
    [0x40000000, REFUSE],
  ]);
  // One that is named counts, whatever is said of it.
  assert.deepEqual(
    ranges(allow(1), { newerCalls: "ENOSYS", named: [1, 9] }).slice(2),
    [[2, REFUSE], [10, ENOSYS], [0x40000000, REFUSE]],
  );
});

Deno.test("callRanges() answers no ENOSYS where the policy names no call", () => {
  assert.deepEqual(ranges([], { newerCalls: "ENOSYS" }), [[0, REFUSE]]);
});

Deno.test("callRanges() leaves the private calls of ARM to the policy", () => {
  const options = {
    architecture: "SCMP_ARCH_ARM",
    newerCalls: "ENOSYS",
  } as const;
  assert.deepEqual(ranges(allow(3, 0xf0005), options), [
    [0, REFUSE],
    [3, ALLOW],
    [4, ENOSYS],
    [0xf0000, REFUSE],
    [0xf0005, ALLOW],
    [0xf0006, REFUSE],
  ]);
});

Deno.test("callRanges() begins with the bit of x32 for x32", () => {
  const options = {
    architecture: "SCMP_ARCH_X32",
    newerCalls: "ENOSYS",
  } as const;
  assert.deepEqual(ranges(allow(0x40000001), options), [
    [0x40000000, REFUSE],
    [0x40000001, ALLOW],
    [0x40000002, ENOSYS],
  ]);
});

Deno.test("callRanges() has no range above 32 bits", () => {
  assert.deepEqual(
    ranges(allow(0xffffffff), { architecture: "SCMP_ARCH_X86" }),
    [[0, REFUSE], [0xffffffff, ALLOW]],
  );
});
