import assert from "node:assert/strict";
import { LITTLE_ENDIAN } from "../../../ffi/endian.ts";
import { BPF } from "../../support/bpf_program.ts";
import {
  loadFilter,
  simulate,
  type SystemCall,
} from "../../support/bpf_simulator.ts";

type Row = readonly [code: number, k?: number, jt?: number, jf?: number];

/** `struct sock_filter` for each row. */
function assemble(...rows: readonly Row[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(rows.length * 8));
  rows.forEach(([code, k = 0, jt = 0, jf = 0], index) => {
    view.setUint16(8 * index, code, LITTLE_ENDIAN);
    view.setUint8(8 * index + 2, jt);
    view.setUint8(8 * index + 3, jf);
    view.setUint32(8 * index + 4, k, LITTLE_ENDIAN);
  });
  return new Uint8Array(view.buffer);
}

const CALL: SystemCall = {
  nr: 0x11,
  arch: 0xc000003e,
  args: [0x1_0000_0002n, 0xffff_ffff_ffff_fffen],
  instructionPointer: 0x7fff_1234_5678n,
};

/** The value of A after some instructions. */
function afterwards(...rows: readonly Row[]): number {
  return simulate(assemble(...rows, [BPF.RET_A]), CALL);
}

Deno.test("simulate() loads struct seccomp_data as a little-endian machine has it", () => {
  const words = Array.from(
    { length: 16 },
    (_, word) => afterwards([BPF.LD_ABS, 4 * word]),
  );
  assert.deepEqual(words.slice(0, 8), [
    ...[0x11, 0xc000003e, 0x12345678, 0x7fff],
    ...[2, 1, 0xfffffffe, 0xffffffff],
  ]);
  assert.deepEqual(words.slice(8), new Array(8).fill(0));
});

Deno.test("simulate() takes a number beyond 2^31 as the kernel does", () => {
  const program = assemble([BPF.LD_ABS, 0], [BPF.RET_A]);
  assert.equal(simulate(program, { ...CALL, nr: -1 }), 0xffffffff);
  assert.equal(simulate(program, { ...CALL, nr: 0xffffffff }), 0xffffffff);
  assert.equal(simulate(program, { ...CALL, nr: 0x40000001 }), 0x40000001);
});

Deno.test("simulate() calculates with 32 unsigned bits", () => {
  const cases: readonly [number, number, number, number][] = [
    [BPF.ADD_K, 0xffffffff, 2, 1],
    [BPF.SUB_K, 1, 2, 0xffffffff],
    [BPF.MUL_K, 0x10001, 0x10001, 0x20001],
    [BPF.DIV_K, 0xffffffff, 2, 0x7fffffff],
    [BPF.AND_K, 0xf0f0f0f0, 0xffff0000, 0xf0f00000],
    [BPF.OR_K, 0xf0000000, 1, 0xf0000001],
    [BPF.XOR_K, 0xffffffff, 0x0f, 0xfffffff0],
    [BPF.LSH_K, 0xffffffff, 4, 0xfffffff0],
    [BPF.RSH_K, 0xffffffff, 4, 0x0fffffff],
  ];
  for (const [code, a, operand, expected] of cases) {
    assert.equal(afterwards([BPF.LD_IMM, a], [code, operand]), expected);
    const fromX = code | 0x08;
    assert.equal(
      afterwards([BPF.LDX_IMM, operand], [BPF.LD_IMM, a], [fromX]),
      expected,
    );
  }
  assert.equal(afterwards([BPF.LD_IMM, 1], [BPF.NEG]), 0xffffffff);
});

Deno.test("simulate() ends with 0 when a program divides by an X of zero", () => {
  assert.equal(
    simulate(
      assemble([BPF.LD_IMM, 7], [BPF.DIV_X], [BPF.RET_K, 0x7fff0000]),
      CALL,
    ),
    0,
  );
});

Deno.test("simulate() moves values between A, X and memory", () => {
  assert.equal(
    afterwards([BPF.LD_IMM, 5], [BPF.TAX], [BPF.LD_IMM, 0], [BPF.TXA]),
    5,
  );
  assert.equal(
    afterwards(
      ...[[BPF.LD_IMM, 6], [BPF.ST, 15], [BPF.LDX_MEM, 15]] as const,
      ...[[BPF.STX, 0], [BPF.LD_IMM, 0], [BPF.LD_MEM, 0]] as const,
    ),
    6,
  );
  assert.equal(afterwards([BPF.LD_LEN]), 64);
  assert.equal(afterwards([BPF.LDX_LEN], [BPF.TXA]), 64);
});

Deno.test("simulate() takes each conditional jump by unsigned comparison", () => {
  const cases: readonly [number, number, number, "taken" | "not taken"][] = [
    [BPF.JEQ_K, 3, 3, "taken"],
    [BPF.JEQ_K, 3, 4, "not taken"],
    [BPF.JGT_K, 0x80000000, 1, "taken"],
    [BPF.JGT_K, 1, 1, "not taken"],
    [BPF.JGE_K, 1, 1, "taken"],
    [BPF.JGE_K, 1, 0xffffffff, "not taken"],
    [BPF.JSET_K, 0x80000001, 0x80000000, "taken"],
    [BPF.JSET_K, 1, 2, "not taken"],
  ];
  for (const [code, a, operand, expected] of cases) {
    const answer = (...rows: readonly Row[]): number =>
      simulate(assemble(...rows, [BPF.RET_K, 0], [BPF.RET_K, 1]), CALL);
    const want = expected === "taken" ? 1 : 0;
    assert.equal(answer([BPF.LD_IMM, a], [code, operand, 1, 0]), want);
    assert.equal(
      answer([BPF.LDX_IMM, operand], [BPF.LD_IMM, a], [code | 0x08, 0, 1, 0]),
      want,
    );
  }
});

Deno.test("judge() counts the instructions on the way taken", () => {
  const filter = loadFilter(assemble(
    [BPF.LD_ABS, 0],
    [BPF.JEQ_K, 0x11, 0, 1],
    [BPF.JA, 1],
    [BPF.RET_K, 1],
    [BPF.RET_K, 2],
  ));
  assert.equal(filter.length, 5);
  assert.deepEqual(filter.judge(CALL), { action: 2, executed: 4 });
  assert.deepEqual(filter.judge({ ...CALL, nr: 0 }), {
    action: 1,
    executed: 3,
  });
});

Deno.test("loadFilter() refuses what the kernel refuses", () => {
  const end: Row = [BPF.RET_K, 0];
  const cases: readonly [RegExp, readonly Row[]][] = [
    [/0 bytes are not 1 to 4096/, []],
    [/are not 1 to 4096/, new Array<Row>(4097).fill(end)],
    [/1: the last is not a return/, [end, [BPF.LD_IMM, 0]]],
    // Modulo, loads of bytes and half words, and loads through X.
    [/0: code 0x94 is not allowed/, [[0x94, 3], end]],
    [/0: code 0x30 is not allowed/, [[0x30, 0], end]],
    [/0: code 0x28 is not allowed/, [[0x28, 0], end]],
    [/0: code 0x40 is not allowed/, [[0x40, 0], end]],
    [/0: loads from 2/, [[BPF.LD_ABS, 2], end]],
    [/0: loads from 64/, [[BPF.LD_ABS, 64], end]],
    [/0: divides by zero/, [[BPF.DIV_K, 0], end]],
    [/0: shifts by 32/, [[BPF.LSH_K, 32], end]],
    [/0: shifts by 32/, [[BPF.RSH_K, 32], end]],
    [/0: names memory word 16/, [[BPF.ST, 16], end]],
    [/0: jumps beyond/, [[BPF.JA, 1], end]],
    [/0: jumps beyond/, [[BPF.JA, 0xffffffff], end]],
    [/0: jumps beyond/, [[BPF.JEQ_K, 0, 1, 0], end]],
    [/0: jumps beyond/, [[BPF.JSET_X, 0, 0, 1], end]],
    [/0: loads memory word 2 before/, [[BPF.LD_MEM, 2], end]],
    // Stored on one of two paths only.
    [
      /2: loads memory word 0 before/,
      [[BPF.JEQ_K, 0, 0, 1], [BPF.ST, 0], [BPF.LD_MEM, 0], end],
    ],
  ];
  for (const [reason, rows] of cases) {
    assert.throws(() => loadFilter(assemble(...rows)), reason);
  }
  assert.throws(() => loadFilter(new Uint8Array(9)), /9 bytes/);
});

Deno.test("loadFilter() accepts jumps to the last instruction, and 4096 of them", () => {
  const end: Row = [BPF.RET_K, 7];
  loadFilter(assemble([BPF.JEQ_K, 0, 1, 0], end, end));
  loadFilter(assemble([BPF.JA, 0], end));
  const longest = loadFilter(
    assemble(...new Array<Row>(4095).fill([BPF.LD_IMM, 0]), end),
  );
  assert.deepEqual(longest.judge(CALL), { action: 7, executed: 4096 });
});

Deno.test("loadFilter() accepts memory that every path has stored", () => {
  loadFilter(assemble(
    [BPF.JEQ_K, 0, 0, 2],
    [BPF.ST, 0],
    [BPF.JA, 1],
    [BPF.STX, 0],
    [BPF.LD_MEM, 0],
    [BPF.RET_A],
  ));
});
