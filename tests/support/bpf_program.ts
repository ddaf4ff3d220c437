/**
 * Reads a classic BPF program and refuses what the kernel would refuse as a
 * seccomp filter. Little-endian.
 *
 * @module
 * @see Linux kernel/seccomp.c, `seccomp_check_filter()`
 * @see Linux net/core/filter.c, `bpf_check_classic()`
 */
import { LITTLE_ENDIAN } from "../../ffi/endian.ts";

/** One `struct sock_filter`. */
export interface Instruction {
  /** One of {@linkcode BPF}. */
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** Words of a program's memory. @see linux/bpf_common.h */
export const BPF_MEMWORDS = 16;

/** Size of `struct seccomp_data`. @see linux/seccomp.h */
export const SECCOMP_DATA_BYTES = 64;

/** Every instruction a seccomp filter may have, by the value of `code`. */
export const BPF = {
  LD_IMM: 0x00,
  LD_ABS: 0x20,
  LD_MEM: 0x60,
  LD_LEN: 0x80,
  LDX_IMM: 0x01,
  LDX_MEM: 0x61,
  LDX_LEN: 0x81,
  ST: 0x02,
  STX: 0x03,
  ADD_K: 0x04,
  ADD_X: 0x0c,
  SUB_K: 0x14,
  SUB_X: 0x1c,
  MUL_K: 0x24,
  MUL_X: 0x2c,
  DIV_K: 0x34,
  DIV_X: 0x3c,
  OR_K: 0x44,
  OR_X: 0x4c,
  AND_K: 0x54,
  AND_X: 0x5c,
  LSH_K: 0x64,
  LSH_X: 0x6c,
  RSH_K: 0x74,
  RSH_X: 0x7c,
  NEG: 0x84,
  XOR_K: 0xa4,
  XOR_X: 0xac,
  JA: 0x05,
  JEQ_K: 0x15,
  JEQ_X: 0x1d,
  JGT_K: 0x25,
  JGT_X: 0x2d,
  JGE_K: 0x35,
  JGE_X: 0x3d,
  JSET_K: 0x45,
  JSET_X: 0x4d,
  RET_K: 0x06,
  RET_A: 0x16,
  TAX: 0x07,
  TXA: 0x87,
} as const;

/** @see linux/bpf_common.h */
const BPF_MAXINSNS = 4096;
const INSTRUCTION_BYTES = 8;
const CLASS_MASK = 0x07;
const JUMP_CLASS = 0x05;

const ALLOWED: ReadonlySet<number> = new Set(Object.values(BPF));

/**
 * The instructions of a program that the kernel would install.
 *
 * @param program `struct sock_filter` after `struct sock_filter`.
 * @throws {Error} If the kernel would answer EINVAL; says where and why.
 */
export function parseProgram(program: Uint8Array): Instruction[] {
  const instructions = decode(program);
  instructions.forEach((instruction, index) => {
    const why = whyNot(instruction, instructions.length - index - 1);
    if (why !== undefined) throw refusal(index, why);
  });
  const last = instructions.length - 1;
  const code = instructions[last]?.code;
  if (code !== BPF.RET_K && code !== BPF.RET_A) {
    throw refusal(last, "the last is not a return");
  }
  checkMemory(instructions);
  return instructions;
}

function refusal(index: number, why: string): Error {
  return new Error(`Cannot install the filter: instruction ${index}: ${why}`);
}

function decode(program: Uint8Array): Instruction[] {
  const count = program.byteLength / INSTRUCTION_BYTES;
  if (!Number.isInteger(count) || count < 1 || count > BPF_MAXINSNS) {
    throw new Error(
      `Cannot install the filter: ${program.byteLength} bytes are not 1 to ${BPF_MAXINSNS} instructions`,
    );
  }
  const view = new DataView(
    program.buffer,
    program.byteOffset,
    program.byteLength,
  );
  return Array.from({ length: count }, (_, index) => {
    const at = index * INSTRUCTION_BYTES;
    return {
      code: view.getUint16(at, LITTLE_ENDIAN),
      jt: view.getUint8(at + 2),
      jf: view.getUint8(at + 3),
      k: view.getUint32(at + 4, LITTLE_ENDIAN),
    };
  });
}

/** What is wrong with one instruction that `after` others follow. */
function whyNot(
  { code, jt, jf, k }: Instruction,
  after: number,
): string | undefined {
  if (!ALLOWED.has(code)) return `code 0x${code.toString(16)} is not allowed`;
  switch (code) {
    case BPF.LD_ABS:
      return k % 4 !== 0 || k >= SECCOMP_DATA_BYTES
        ? `loads from ${k}`
        : undefined;
    case BPF.DIV_K:
      return k === 0 ? "divides by zero" : undefined;
    case BPF.LSH_K:
    case BPF.RSH_K:
      return k >= 32 ? `shifts by ${k}` : undefined;
    case BPF.LD_MEM:
    case BPF.LDX_MEM:
    case BPF.ST:
    case BPF.STX:
      return k >= BPF_MEMWORDS ? `names memory word ${k}` : undefined;
    case BPF.JA:
      return k >= after ? "jumps beyond the end" : undefined;
  }
  return isConditional(code) && Math.max(jt, jf) >= after
    ? "jumps beyond the end"
    : undefined;
}

function isConditional(code: number): boolean {
  return (code & CLASS_MASK) === JUMP_CLASS && code !== BPF.JA;
}

/** No path may load a word of memory that it has not stored. */
function checkMemory(instructions: readonly Instruction[]): void {
  const all = 2 ** BPF_MEMWORDS - 1;
  const arriving = new Array<number>(instructions.length).fill(all);
  let stored = 0;
  instructions.forEach(({ code, jt, jf, k }, index) => {
    stored &= arriving[index] ?? all;
    if (code === BPF.ST || code === BPF.STX) stored |= 1 << k;
    const isLoad = code === BPF.LD_MEM || code === BPF.LDX_MEM;
    if (isLoad && (stored & (1 << k)) === 0) {
      throw refusal(index, `loads memory word ${k} before it is stored`);
    }
    if ((code & CLASS_MASK) !== JUMP_CLASS) return;
    for (const distance of code === BPF.JA ? [k] : [jt, jf]) {
      const target = index + 1 + distance;
      arriving[target] = (arriving[target] ?? all) & stored;
    }
    // What follows is reached by jumps alone.
    stored = all;
  });
}
