/**
 * A seccomp filter as text, to compare with what is expected and to read.
 *
 * @module
 */
import { BPF, type Instruction, parseProgram } from "./bpf_program.ts";

const NAMES = new Map<number, string>(
  Object.entries(BPF).map(([name, code]) => [code, name]),
);

/** Offsets of `struct seccomp_data`. */
const FIRST_ARGUMENT = 16;

/**
 * One line for each instruction; conditions name the instructions they lead to.
 *
 * @throws {Error} If the kernel would not install the program.
 */
export function disassemble(program: Uint8Array): string {
  return parseProgram(program).map((instruction, index) =>
    `${String(index).padStart(4)}  ${textOf(instruction, index + 1)}\n`
  ).join("");
}

function textOf({ code, jt, jf, k }: Instruction, next: number): string {
  switch (code) {
    case BPF.LD_ABS:
      return `load ${placeOf(k)}`;
    case BPF.AND_K:
      return `and ${hex(k)}`;
    case BPF.JA:
      return `jump ${next + k}`;
    case BPF.JEQ_K:
      return `if == ${hex(k)} then ${next + jt} else ${next + jf}`;
    case BPF.JGT_K:
      return `if > ${hex(k)} then ${next + jt} else ${next + jf}`;
    case BPF.JGE_K:
      return `if >= ${hex(k)} then ${next + jt} else ${next + jf}`;
    case BPF.RET_K:
      return `return ${hex(k)}`;
    default:
      return `${NAMES.get(code) ?? hex(code)} ${jt} ${jf} ${hex(k)}`;
  }
}

function placeOf(offset: number): string {
  if (offset === 0) return "number";
  if (offset === 4) return "architecture";
  if (offset < FIRST_ARGUMENT) return `word ${offset}`;
  const index = Math.floor((offset - FIRST_ARGUMENT) / 8);
  return `argument ${index} ${offset % 8 === 0 ? "low" : "high"}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
