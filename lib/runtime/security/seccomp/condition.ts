/**
 * Conditions on the arguments of a call, and the instructions that test them.
 * An argument has 64 bits and BPF compares 32, so there are two halves.
 *
 * @module
 * @see Linux include/uapi/linux/seccomp.h, `struct seccomp_data`
 */
import type {
  SeccompArgument,
  SeccompOperator,
} from "../../../oci/linux_seccomp.ts";
import { type Assembler, Label } from "./bpf.ts";

/** Half of an argument's value, and which bits of it are compared. */
export interface Half {
  readonly value: number;
  readonly mask: number;
}

/** A condition, ready to be tested. */
export interface Condition {
  /** 0 to 5. */
  readonly index: number;
  readonly op: SeccompOperator;
  /** Absent where arguments have 32 bits. */
  readonly high?: Half;
  readonly low: Half;
}

/** Offsets in `struct seccomp_data`, little-endian. */
const ARGUMENTS_OFFSET = 16;
const ARGUMENT_BYTES = 8;
const HALF_BYTES = 4;
const ALL_BITS = 0xffffffff;
const HALF_BITS = 32;

/**
 * Splits a condition.
 *
 * Where arguments have 32 bits, the value's upper half is dropped. That is
 * also so for x32, whose registers have 64: libseccomp does the same.
 *
 * @returns `undefined` if it holds whatever the argument is: no bit is compared.
 */
export function conditionOf(
  { index, op, value, valueTwo }: SeccompArgument,
  argumentBits: 32 | 64,
): Condition | undefined {
  const isMasked = op === "SCMP_CMP_MASKED_EQ";
  const wanted = word(isMasked ? valueTwo ?? 0 : value);
  const mask = isMasked ? word(value) : 2n ** 64n - 1n;
  const low = half(wanted, mask);
  if (argumentBits === 32) {
    return low.mask === 0 ? undefined : { index, op, low };
  }
  const high = half(wanted >> BigInt(HALF_BITS), mask >> BigInt(HALF_BITS));
  return high.mask === 0 && low.mask === 0
    ? undefined
    : { index, op, high, low };
}

function word(value: number | bigint): bigint {
  return BigInt.asUintN(2 * HALF_BITS, BigInt(value));
}

function half(value: bigint, mask: bigint): Half {
  return {
    value: Number(BigInt.asUintN(HALF_BITS, value & mask)),
    mask: Number(BigInt.asUintN(HALF_BITS, mask)),
  };
}

/** Emits a test that goes on behind itself if it holds, else to the label. */
export function emitCondition(
  program: Assembler,
  condition: Condition,
  otherwise: Label,
): void {
  const holds = new Label();
  emitHigh(program, condition, holds, otherwise);
  emitLow(program, condition, otherwise);
  program.place(holds);
}

/**
 * Emits a test of one argument for several values, which goes on behind itself
 * if it has one of them, else to the label.
 *
 * @param first An `SCMP_CMP_EQ`, with the upper half that all of them have.
 * @param values The lower halves.
 */
export function emitValues(
  program: Assembler,
  first: Condition,
  values: readonly number[],
  otherwise: Label,
): void {
  const holds = new Label();
  emitHigh(program, first, holds, otherwise);
  program.load(offsetOf(first.index, 0));
  values.forEach((value, place) => {
    const isLast = place === values.length - 1;
    program.branch(
      "JUMP_EQUAL",
      value,
      isLast ? { no: otherwise } : { yes: holds },
    );
  });
  program.place(holds);
}

/** Tests what the upper half decides; the lower one is next if it does not. */
function emitHigh(
  program: Assembler,
  { index, op, high }: Condition,
  holds: Label,
  otherwise: Label,
): void {
  if (high === undefined) return;
  switch (op) {
    case "SCMP_CMP_EQ":
    case "SCMP_CMP_MASKED_EQ":
      emitEqual(program, index, high, HALF_BYTES, { no: otherwise });
      break;
    case "SCMP_CMP_NE":
      emitEqual(program, index, high, HALF_BYTES, { no: holds });
      break;
    case "SCMP_CMP_GT":
    case "SCMP_CMP_GE":
      program.load(offsetOf(index, HALF_BYTES));
      program.branch("JUMP_GREATER", high.value, { yes: holds });
      program.branch("JUMP_EQUAL", high.value, { no: otherwise });
      break;
    case "SCMP_CMP_LT":
    case "SCMP_CMP_LE":
      program.load(offsetOf(index, HALF_BYTES));
      program.branch("JUMP_GREATER", high.value, { yes: otherwise });
      program.branch("JUMP_EQUAL", high.value, { no: holds });
      break;
  }
}

function emitLow(
  program: Assembler,
  { index, op, low }: Condition,
  otherwise: Label,
): void {
  switch (op) {
    case "SCMP_CMP_EQ":
    case "SCMP_CMP_MASKED_EQ":
      emitEqual(program, index, low, 0, { no: otherwise });
      return;
    case "SCMP_CMP_NE":
      emitEqual(program, index, low, 0, { yes: otherwise });
      return;
  }
  program.load(offsetOf(index, 0));
  switch (op) {
    case "SCMP_CMP_GT":
      program.branch("JUMP_GREATER", low.value, { no: otherwise });
      break;
    case "SCMP_CMP_GE":
      program.branch("JUMP_GREATER_EQUAL", low.value, { no: otherwise });
      break;
    case "SCMP_CMP_LT":
      program.branch("JUMP_GREATER_EQUAL", low.value, { yes: otherwise });
      break;
    case "SCMP_CMP_LE":
      program.branch("JUMP_GREATER", low.value, { yes: otherwise });
      break;
  }
}

function emitEqual(
  program: Assembler,
  index: number,
  { value, mask }: Half,
  halfOffset: number,
  targets: { readonly yes?: Label; readonly no?: Label },
): void {
  if (mask === 0) return;
  program.load(offsetOf(index, halfOffset));
  if (mask !== ALL_BITS) program.and(mask);
  program.branch("JUMP_EQUAL", value, targets);
}

function offsetOf(index: number, halfOffset: number): number {
  return ARGUMENTS_OFFSET + index * ARGUMENT_BYTES + halfOffset;
}
