/** @module */
import assert from "node:assert/strict";
import { SOCK_FILTER } from "../../../../../ffi/structs.ts";
import {
  Assembler,
  BPF,
  Label,
} from "../../../../../lib/runtime/security/seccomp/bpf.ts";
import { BPF as ALL } from "../../../../support/bpf_program.ts";
import { disassemble } from "../../../../support/bpf_disassembly.ts";
import { simulate } from "../../../../support/bpf_simulator.ts";

const ARCH = 0xc000003e;

/** What a program answers to a number. */
function answer(program: Assembler, nr: number): number {
  return simulate(program.assemble(), { nr, arch: ARCH, args: [] });
}

/** Instructions that do nothing, as many as asked for. */
function pad(program: Assembler, count: number): void {
  for (let done = 0; done < count; done++) program.load(0);
}

Deno.test("BPF has the kernel's codes", () => {
  assert.deepEqual(BPF, {
    LOAD: ALL.LD_ABS,
    AND: ALL.AND_K,
    JUMP: ALL.JA,
    JUMP_EQUAL: ALL.JEQ_K,
    JUMP_GREATER: ALL.JGT_K,
    JUMP_GREATER_EQUAL: ALL.JGE_K,
    RETURN: ALL.RET_K,
  });
});

Deno.test("Assembler encodes one struct sock_filter after the other", () => {
  const program = new Assembler();
  const yes = new Label();
  program.load(4);
  program.and(0xffff0000);
  program.branch("JUMP_EQUAL", 0xc0000000, { yes });
  program.return(0x50001);
  program.place(yes);
  program.return(0x7fff0000);
  const bytes = program.assemble();
  assert.equal(program.length, 5);
  const decoded = Array.from(
    { length: 5 },
    (_, index) => ({ ...SOCK_FILTER.decode(bytes.subarray(index * 8)) }),
  );
  assert.deepEqual(decoded, [
    { code: 0x20, jt: 0, jf: 0, k: 4 },
    { code: 0x54, jt: 0, jf: 0, k: 0xffff0000 },
    { code: 0x15, jt: 1, jf: 0, k: 0xc0000000 },
    { code: 0x06, jt: 0, jf: 0, k: 0x50001 },
    { code: 0x06, jt: 0, jf: 0, k: 0x7fff0000 },
  ]);
});

Deno.test("Assembler.branch() goes on behind itself where no target is given", () => {
  const program = new Assembler();
  const no = new Label();
  program.load(0);
  program.branch("JUMP_GREATER", 5, { no });
  program.return(1);
  program.place(no);
  program.return(2);
  assert.equal(answer(program, 6), 1);
  assert.equal(answer(program, 5), 2);
});

for (const distance of [254, 255, 256, 257, 1000]) {
  for (const sides of [["yes"], ["no"], ["yes", "no"]] as const) {
    Deno.test(`Assembler leads ${sides.join(" and ")} over ${distance} instructions`, () => {
      const program = new Assembler();
      const [yes, no] = [new Label(), new Label()];
      const targets: { yes?: Label; no?: Label } = {};
      for (const side of sides) targets[side] = side === "yes" ? yes : no;
      program.load(0);
      program.branch("JUMP_EQUAL", 7, targets);
      pad(program, distance - 1);
      program.return(3);
      program.place(yes);
      program.return(1);
      program.place(no);
      program.return(2);
      const isGiven = (side: "yes" | "no"): boolean =>
        sides.some((one) => one === side);
      assert.equal(answer(program, 7), isGiven("yes") ? 1 : 3);
      assert.equal(answer(program, 8), isGiven("no") ? 2 : 3);
      const bridges = disassemble(program.assemble()).match(/jump \d+/g) ?? [];
      // `no` is one farther, and a bridge for it moves `yes` by one.
      const isFar = distance + (isGiven("no") ? 1 : 0) > 255;
      assert.equal(bridges.length, isFar ? sides.length : 0);
    });
  }
}

Deno.test("Assembler adds the bridges that other bridges make necessary", () => {
  // Each of these reaches its target in 255, unless one behind it needs more.
  const program = new Assembler();
  const targets = Array.from({ length: 20 }, () => new Label());
  program.load(0);
  targets.forEach((yes, index) => program.branch("JUMP_EQUAL", index, { yes }));
  pad(program, 235);
  program.return(99);
  for (const [index, label] of targets.entries()) {
    program.place(label);
    program.return(index);
  }
  for (let nr = 0; nr < 20; nr++) assert.equal(answer(program, nr), nr);
  assert.equal(answer(program, 20), 99);
});

Deno.test("Assembler refuses labels without a place and with two", () => {
  const program = new Assembler();
  const label = new Label();
  program.branch("JUMP_EQUAL", 1, { yes: label });
  assert.throws(() => program.assemble(), TypeError);
  program.place(label);
  assert.throws(() => program.place(label), TypeError);
});
