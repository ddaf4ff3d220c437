/**
 * The instructions of the kernel's BPF machine that judging devices takes.
 * Registers are numbers of `BPF_REG`; all arithmetic is of 32 bits, and an
 * offset counts the instructions to skip.
 *
 * @module
 * @see Linux Documentation/bpf/standardization/instruction-set.rst
 */
import { BPF_CLASS, BPF_OPCODE } from "../../../../ffi/constants/bpf.ts";
import { LITTLE_ENDIAN } from "../../../../ffi/endian.ts";

/** Size of `struct bpf_insn`. */
export const INSTRUCTION_BYTES = 8;

/** A `struct bpf_insn`; absent members are 0. */
export interface Instruction {
  readonly opcode: number;
  readonly target?: number;
  readonly source?: number;
  readonly offset?: number;
  readonly immediate?: number;
}

const { BPF_LDX, BPF_ALU, BPF_JMP, BPF_JMP32 } = BPF_CLASS;
const { BPF_MEM, BPF_W, BPF_K, BPF_X, BPF_AND, BPF_RSH } = BPF_OPCODE;
const { BPF_MOV, BPF_JA, BPF_JSET, BPF_JNE, BPF_EXIT } = BPF_OPCODE;

/** Loads the word at an offset in bytes from where a register points. */
export function load(
  target: number,
  source: number,
  offset: number,
): Instruction {
  return { opcode: BPF_LDX | BPF_MEM | BPF_W, target, source, offset };
}

/** Copies a register. */
export function copy(target: number, source: number): Instruction {
  return { opcode: BPF_ALU | BPF_MOV | BPF_X, target, source };
}

/** Gives a register a value. */
export function set(target: number, immediate: number): Instruction {
  return { opcode: BPF_ALU | BPF_MOV | BPF_K, target, immediate };
}

/** Keeps the given bits of a register. */
export function andWith(target: number, immediate: number): Instruction {
  return { opcode: BPF_ALU | BPF_AND | BPF_K, target, immediate };
}

/** Drops the lowest bits of a register. */
export function shiftRight(target: number, immediate: number): Instruction {
  return { opcode: BPF_ALU | BPF_RSH | BPF_K, target, immediate };
}

/** Jumps in any case. */
export function jump(offset: number): Instruction {
  return { opcode: BPF_JMP | BPF_JA, offset };
}

/**
 * Jumps if a register has another value. Of 64 bits, a large value would be
 * compared as a negative one; so this needs Linux 5.1.
 */
export function jumpUnless(
  target: number,
  immediate: number,
  offset: number,
): Instruction {
  return { opcode: BPF_JMP32 | BPF_JNE | BPF_K, target, immediate, offset };
}

/** Jumps if a register has any of the given bits. */
export function jumpIfAny(
  target: number,
  immediate: number,
  offset: number,
): Instruction {
  return { opcode: BPF_JMP32 | BPF_JSET | BPF_K, target, immediate, offset };
}

/** Ends the program; R0 is what it returns. */
export function exit(): Instruction {
  return { opcode: BPF_JMP | BPF_EXIT };
}

/**
 * Encodes a program.
 *
 * @returns An array of `struct bpf_insn`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const bytes = encodeInstructions([set(0, 1), exit()]);
 * assert.equal(bytes.toHex(), "b400000001000000" + "9500000000000000");
 * ```
 */
export function encodeInstructions(
  program: readonly Instruction[],
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(program.length * INSTRUCTION_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, instruction] of program.entries()) {
    const { opcode, target = 0, source = 0 } = instruction;
    const { offset = 0, immediate = 0 } = instruction;
    const at = index * INSTRUCTION_BYTES;
    view.setUint8(at, opcode);
    view.setUint8(at + 1, source << 4 | target);
    view.setInt16(at + 2, offset, LITTLE_ENDIAN);
    view.setUint32(at + 4, immediate, LITTLE_ENDIAN);
  }
  return bytes;
}
