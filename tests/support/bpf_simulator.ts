/**
 * Runs a seccomp filter as the kernel would: the same checks when it is
 * installed, the same interpreter when a system call is made. Little-endian.
 *
 * @module
 * @see Linux kernel/bpf/core.c, `___bpf_prog_run()`
 */
import { LITTLE_ENDIAN } from "../../ffi/endian.ts";
import {
  BPF,
  BPF_MEMWORDS,
  type Instruction,
  parseProgram,
  SECCOMP_DATA_BYTES,
} from "./bpf_program.ts";

/** What the kernel tells a filter of a system call: `struct seccomp_data`. */
export interface SystemCall {
  readonly nr: number;
  /** `AUDIT_ARCH_…`. */
  readonly arch: number;
  /** Up to six, unsigned; those absent are 0. */
  readonly args: readonly bigint[];
  readonly instructionPointer?: bigint;
}

/** How a filter judged a call. */
export interface Verdict {
  /** `SECCOMP_RET_…`, 32 bits, unsigned. */
  readonly action: number;
  /** Instructions executed on the way, the return included. */
  readonly executed: number;
}

/** A filter the kernel would install. */
export interface LoadedFilter {
  /** Instructions. */
  readonly length: number;
  judge(call: SystemCall): Verdict;
}

/**
 * Checks a program as `seccomp(SECCOMP_SET_MODE_FILTER)` does.
 *
 * @param program `struct sock_filter` after `struct sock_filter`.
 * @throws {Error} If the kernel would answer EINVAL; says where and why.
 */
export function loadFilter(program: Uint8Array): LoadedFilter {
  const instructions = parseProgram(program);
  return {
    length: instructions.length,
    judge: (call) => interpret(instructions, dataOf(call)),
  };
}

/**
 * Judges one call.
 *
 * @param program `struct sock_filter` after `struct sock_filter`.
 * @returns `SECCOMP_RET_…`, 32 bits, unsigned.
 * @throws {Error} If the kernel would not install the program.
 */
export function simulate(program: Uint8Array, call: SystemCall): number {
  return loadFilter(program).judge(call).action;
}

/** `struct seccomp_data` as sixteen words. */
function dataOf(call: SystemCall): Uint32Array {
  const view = new DataView(new ArrayBuffer(SECCOMP_DATA_BYTES));
  view.setInt32(0, call.nr, LITTLE_ENDIAN);
  view.setUint32(4, call.arch, LITTLE_ENDIAN);
  view.setBigUint64(8, call.instructionPointer ?? 0n, LITTLE_ENDIAN);
  for (let index = 0; index < 6; index++) {
    view.setBigUint64(16 + 8 * index, call.args[index] ?? 0n, LITTLE_ENDIAN);
  }
  return Uint32Array.from(
    { length: SECCOMP_DATA_BYTES / 4 },
    (_, word) => view.getUint32(4 * word, LITTLE_ENDIAN),
  );
}

function interpret(
  instructions: readonly Instruction[],
  data: Uint32Array,
): Verdict {
  const memory = new Uint32Array(BPF_MEMWORDS);
  let [a, x, executed] = [0, 0, 0];
  for (let next = 0;;) {
    const instruction = instructions[next++];
    // The checks make this unreachable.
    if (instruction === undefined) throw new RangeError("Ran past the end");
    executed++;
    const { code, k, jt, jf } = instruction;
    switch (code) {
      case BPF.JEQ_K:
        next += a === k ? jt : jf;
        break;
      case BPF.JEQ_X:
        next += a === x ? jt : jf;
        break;
      case BPF.JGT_K:
        next += a > k ? jt : jf;
        break;
      case BPF.JGT_X:
        next += a > x ? jt : jf;
        break;
      case BPF.JGE_K:
        next += a >= k ? jt : jf;
        break;
      case BPF.JGE_X:
        next += a >= x ? jt : jf;
        break;
      case BPF.JSET_K:
        next += (a & k) !== 0 ? jt : jf;
        break;
      case BPF.JSET_X:
        next += (a & x) !== 0 ? jt : jf;
        break;
      case BPF.JA:
        next += k;
        break;
      case BPF.LD_ABS:
        a = data[k / 4] ?? 0;
        break;
      case BPF.RET_K:
        return { action: k, executed };
      case BPF.RET_A:
        return { action: a, executed };
      case BPF.LD_IMM:
        a = k;
        break;
      case BPF.LD_LEN:
        a = SECCOMP_DATA_BYTES;
        break;
      case BPF.LD_MEM:
        a = memory[k] ?? 0;
        break;
      case BPF.LDX_IMM:
        x = k;
        break;
      case BPF.LDX_LEN:
        x = SECCOMP_DATA_BYTES;
        break;
      case BPF.LDX_MEM:
        x = memory[k] ?? 0;
        break;
      case BPF.ST:
        memory[k] = a;
        break;
      case BPF.STX:
        memory[k] = x;
        break;
      case BPF.TAX:
        x = a;
        break;
      case BPF.TXA:
        a = x;
        break;
      case BPF.DIV_X:
        // The program ends so, with the verdict that kills the thread.
        if (x === 0) return { action: 0, executed };
        a = Math.floor(a / x);
        break;
      default:
        a = calculate(code, a, isFromX(code) ? x : k) >>> 0;
    }
  }
}

/** Whether an operation's second operand is X, which is one bit of its code. */
function isFromX(code: number): boolean {
  return (code & 0x08) !== 0;
}

/** Arithmetic of 32 bits. */
function calculate(code: number, a: number, operand: number): number {
  switch (code) {
    case BPF.ADD_K:
    case BPF.ADD_X:
      return a + operand;
    case BPF.SUB_K:
    case BPF.SUB_X:
      return a - operand;
    case BPF.MUL_K:
    case BPF.MUL_X:
      return Math.imul(a, operand);
    case BPF.DIV_K:
      return Math.floor(a / operand);
    case BPF.AND_K:
    case BPF.AND_X:
      return a & operand;
    case BPF.OR_K:
    case BPF.OR_X:
      return a | operand;
    case BPF.XOR_K:
    case BPF.XOR_X:
      return a ^ operand;
    case BPF.LSH_K:
    case BPF.LSH_X:
      return a << operand;
    case BPF.RSH_K:
    case BPF.RSH_X:
      return a >>> operand;
    case BPF.NEG:
      return -a;
    default:
      throw new RangeError(`Unknown code 0x${code.toString(16)}`);
  }
}
