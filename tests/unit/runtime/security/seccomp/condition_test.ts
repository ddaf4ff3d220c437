/** @module */
import assert from "node:assert/strict";
import type {
  SeccompArgument,
  SeccompOperator,
} from "../../../../../lib/oci/linux_seccomp.ts";
import {
  Assembler,
  Label,
} from "../../../../../lib/runtime/security/seccomp/bpf.ts";
import {
  type Condition,
  conditionOf,
  emitCondition,
  emitValues,
} from "../../../../../lib/runtime/security/seccomp/condition.ts";
import { loadFilter } from "../../../../support/bpf_simulator.ts";

const ALL = 0xffff_ffff_ffff_ffffn;

/** Values around every place where halves of them meet. */
const VALUES: readonly bigint[] = [
  ...[0n, 1n, 2n, 5n, 0x7fffffffn, 0x80000000n, 0xfffffffen, 0xffffffffn],
  ...[0x100000000n, 0x100000001n, 0x1ffffffffn, 0x200000000n, 0x200000005n],
  ...[0x7fffffff_ffffffffn, 0x80000000_00000000n, ALL - 1n, ALL],
];

const MASKS: readonly bigint[] = [
  ...[1n, 0xffn, 0xffffffffn, 0x100000000n, 0xffffffff_00000000n],
  ...[0x1_00000001n, 0x7e020000n, ALL],
];

const COMPARE: Readonly<
  Record<SeccompOperator, (a: bigint, value: bigint, two: bigint) => boolean>
> = {
  SCMP_CMP_NE: (a, value) => a !== value,
  SCMP_CMP_LT: (a, value) => a < value,
  SCMP_CMP_LE: (a, value) => a <= value,
  SCMP_CMP_EQ: (a, value) => a === value,
  SCMP_CMP_GE: (a, value) => a >= value,
  SCMP_CMP_GT: (a, value) => a > value,
  SCMP_CMP_MASKED_EQ: (a, mask, two) => (a & mask) === (two & mask),
};

const OPERATORS = Object.keys(COMPARE) as SeccompOperator[];

/** Whether an argument passes the instructions of a condition. */
function tester(
  index: number,
  emit: (program: Assembler, otherwise: Label) => void,
): (value: bigint) => boolean {
  const program = new Assembler();
  const otherwise = new Label();
  emit(program, otherwise);
  program.return(1);
  program.place(otherwise);
  program.return(0);
  const filter = loadFilter(program.assemble());
  return (value) => {
    // The others are of no use to the condition.
    const args = new Array<bigint>(6).fill(0x1234_5678_9abcn);
    args[index] = value;
    return filter.judge({ nr: 0, arch: 0, args }).action === 1;
  };
}

function split(argument: SeccompArgument, argumentBits: 32 | 64): Condition {
  const condition = conditionOf(argument, argumentBits);
  assert.ok(condition !== undefined);
  return condition;
}

for (const op of OPERATORS) {
  for (const argumentBits of [64, 32] as const) {
    Deno.test(`emitCondition() tests ${op} on ${argumentBits} bits`, () => {
      const cut = (value: bigint): bigint =>
        BigInt.asUintN(argumentBits, value);
      const firsts = op === "SCMP_CMP_MASKED_EQ"
        ? MASKS.filter((mask) => cut(mask) !== 0n)
        : VALUES;
      const seconds = op === "SCMP_CMP_MASKED_EQ" ? VALUES : [0n];
      firsts.forEach((value, place) => {
        for (const valueTwo of seconds) {
          const index = place % 6;
          const condition = split({ index, value, valueTwo, op }, argumentBits);
          const test = tester(
            index,
            (program, label) => emitCondition(program, condition, label),
          );
          for (const given of VALUES) {
            assert.equal(
              test(given),
              COMPARE[op](cut(given), cut(value), cut(valueTwo)),
              `${given} ${op} ${value} ${valueTwo}`,
            );
          }
        }
      });
    });
  }
}

Deno.test("conditionOf() has none where no bit is compared", () => {
  const argument = { index: 0, valueTwo: 5, op: "SCMP_CMP_MASKED_EQ" } as const;
  assert.equal(conditionOf({ ...argument, value: 0 }, 64), undefined);
  assert.equal(conditionOf({ ...argument, value: 2 ** 32 }, 32), undefined);
  assert.notEqual(conditionOf({ ...argument, value: 2 ** 32 }, 64), undefined);
});

Deno.test("conditionOf() takes numbers, and bigints of 64 bits", () => {
  assert.deepEqual(
    conditionOf({ index: 3, value: ALL - 1n, op: "SCMP_CMP_EQ" }, 64),
    {
      index: 3,
      op: "SCMP_CMP_EQ",
      high: { value: 0xffffffff, mask: 0xffffffff },
      low: { value: 0xfffffffe, mask: 0xffffffff },
    },
  );
  assert.deepEqual(
    conditionOf({ index: 0, value: 6, op: "SCMP_CMP_MASKED_EQ" }, 32),
    { index: 0, op: "SCMP_CMP_MASKED_EQ", low: { value: 0, mask: 6 } },
  );
});

Deno.test("emitValues() tests for several values with one upper half", () => {
  const values = [0, 5, 0x80000000, 0xffffffff];
  for (const high of [0n, 1n, 0xffffffffn]) {
    const first = split(
      { index: 2, value: high << 32n, op: "SCMP_CMP_EQ" },
      64,
    );
    const test = tester(
      2,
      (program, label) => emitValues(program, first, values, label),
    );
    for (const given of VALUES) {
      const isOne = values.some((low) => given === (high << 32n | BigInt(low)));
      assert.equal(test(given), isOne, `${given}`);
    }
  }
});
