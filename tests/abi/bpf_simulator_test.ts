/**
 * Compares the simulator of filters, which other tests rely on, with the kernel
 * of this machine: which programs it takes, and what they calculate.
 *
 * @module
 */
import assert from "node:assert/strict";
import { AUDIT_ARCH_AARCH64 } from "../../ffi/arch/aarch64.ts";
import { AUDIT_ARCH_X86_64 } from "../../ffi/arch/x86_64.ts";
import { LITTLE_ENDIAN } from "../../ffi/endian.ts";
import { BPF } from "../support/bpf_program.ts";
import { simulate, type SystemCall } from "../support/bpf_simulator.ts";
import { missingCompiler } from "../support/c_compiler.ts";
import { Random } from "../support/random.ts";
import { TemporaryDirectory } from "../support/temporary_directory.ts";

type Row = readonly [code: number, k: number, jt: number, jf: number];

const SOURCE = new URL("../fixtures/seccomp/ask_kernel.c", import.meta.url);
const PROGRAMS = 1500;
const MAX_RANDOM_ROWS = 12;
const INSTRUCTION_BYTES = 8;
const ERRNO_MASK = 0xfff;
const SECCOMP_RET_ERRNO = 0x00050000;
const SECCOMP_RET_ALLOW = 0x7fff0000;

/** As in ask_kernel.c. */
const CALL: SystemCall = {
  nr: 500,
  arch: Deno.build.arch === "x86_64" ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_AARCH64,
  args: [
    ...[0x1_0000_0002n, 0x30_0000_0000_0004n, 0xffff_ffff_ffff_ffffn],
    ...[0x7fff_ffff_ffff_fff8n, 7n, 0x1234_5678_9abc_def0n],
  ],
};

/** Where the instruction pointer is, which no test knows. */
const INSTRUCTION_POINTER = [8, 12];
const CODES = Object.values(BPF).filter((code) => code !== BPF.RET_A) as [
  number,
  ...number[],
];
/** Not of seccomp: modulo, bytes, half words, through X, return of X. */
const STRANGE_CODES = [0x94, 0x9c, 0x30, 0x28, 0x40, 0x48, 0xb1, 0x0e] as const;
const CONSTANTS = [
  0,
  1,
  2,
  3,
  4,
  7,
  15,
  16,
  31,
  32,
  60,
  64,
  0xffffffff,
] as const;

/** One instruction, more often than not one the kernel takes. */
function randomRow(random: Random): Row {
  const code = random.below(60) === 0
    ? random.pick(STRANGE_CODES)
    : random.pick(CODES);
  const jumps = [random.below(3), random.below(3)] as const;
  switch (code) {
    case BPF.LD_ABS: {
      const at = 4 * random.below(16);
      const isKnown = !INSTRUCTION_POINTER.includes(at);
      return [
        code,
        isKnown ? at + Number(random.below(40) === 0) : 0,
        ...jumps,
      ];
    }
    case BPF.RET_K:
      return [code, SECCOMP_RET_ERRNO | random.below(ERRNO_MASK), ...jumps];
    case BPF.JA:
      return [code, random.below(3), ...jumps];
    case BPF.LD_MEM:
    case BPF.LDX_MEM:
    case BPF.ST:
    case BPF.STX:
      return [code, random.below(random.below(9) === 0 ? 17 : 2), ...jumps];
    default: {
      const k = random.below(2) === 0
        ? random.pick(CONSTANTS)
        : random.below(2 ** 32);
      return [code, k, ...jumps];
    }
  }
}

/** A program that answers the one call by an error number, if any. */
function randomProgram(random: Random): Uint8Array {
  return assemble([
    [BPF.LD_ABS, 0, 0, 0],
    [BPF.JEQ_K, CALL.nr, 1, 0],
    [BPF.RET_K, SECCOMP_RET_ALLOW, 0, 0],
    ...Array.from(
      { length: random.below(MAX_RANDOM_ROWS) },
      () => randomRow(random),
    ),
    // Jumps end here at the furthest.
    [BPF.TAX, 0, 0, 0],
    [BPF.TAX, 0, 0, 0],
    [BPF.AND_K, ERRNO_MASK, 0, 0],
    [BPF.OR_K, SECCOMP_RET_ERRNO, 0, 0],
    [BPF.RET_A, 0, 0, 0],
  ]);
}

function assemble(rows: readonly Row[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(rows.length * INSTRUCTION_BYTES));
  rows.forEach(([code, k, jt, jf], index) => {
    const at = index * INSTRUCTION_BYTES;
    view.setUint16(at, code, LITTLE_ENDIAN);
    view.setUint8(at + 2, jt);
    view.setUint8(at + 3, jf);
    view.setUint32(at + 4, k, LITTLE_ENDIAN);
  });
  return new Uint8Array(view.buffer);
}

/** What the simulator says, in ask_kernel.c's words. */
function askSimulator(program: Uint8Array): string {
  try {
    const action = simulate(program, CALL);
    return action === 0 ? "killed" : String(action & ERRNO_MASK);
  } catch (error) {
    if (!/^Cannot install/.test(String((error as Error).message))) throw error;
    return "refused";
  }
}

async function askKernel(programs: readonly Uint8Array[]): Promise<string[]> {
  using folder = new TemporaryDirectory();
  const binary = `${folder.path}/ask_kernel`;
  const compiler = await new Deno.Command("gcc", {
    args: ["-w", "-o", binary, SOURCE.pathname],
  }).output();
  assert.ok(compiler.success, new TextDecoder().decode(compiler.stderr));
  const child = new Deno.Command(binary, { stdin: "piped", stdout: "piped" })
    .spawn();
  const input = new Blob(programs.flatMap((program) => {
    const count = new Uint32Array([program.length / INSTRUCTION_BYTES]);
    return [count.buffer, program.slice().buffer];
  }));
  const [{ stdout, success }] = await Promise.all([
    child.output(),
    input.stream().pipeTo(child.stdin),
  ]);
  assert.ok(success);
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}

const missing = missingCompiler(Deno.build.arch);
Deno.test({
  name: "simulate() judges random programs as this kernel does" +
    (missing === undefined ? "" : ` (skipped: needs ${missing})`),
  ignore: missing !== undefined,
  fn: async () => {
    const random = new Random(5);
    const programs = Array.from(
      { length: PROGRAMS },
      () => randomProgram(random),
    );
    const answers = await askKernel(programs);
    const kinds = new Map<string, number>();
    programs.forEach((program, index) => {
      const answer = answers[index] ?? "none";
      assert.equal(askSimulator(program), answer, `program ${index}`);
      const kind = /^\d+$/.test(answer) ? "judged" : answer;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    });
    // The comparison is worth something only if each of them happens.
    for (const kind of ["judged", "refused", "killed"]) {
      assert.ok((kinds.get(kind) ?? 0) > PROGRAMS / 100, `${kind} is rare`);
    }
  },
});
