/** @module */
import assert from "node:assert/strict";
import {
  andWith,
  copy,
  encodeInstructions,
  exit,
  type Instruction,
  jump,
  jumpIfAny,
  jumpUnless,
  load,
  set,
  shiftRight,
} from "../../../../../lib/runtime/cgroups/v2/instructions.ts";

/** As an assembler prints and encodes them. */
const ENCODED: readonly (readonly [string, Instruction, string])[] = [
  ["r2 = *(u32 *)(r1 + 4)", load(2, 1, 4), "61 12 0400 00000000"],
  ["w3 = w2", copy(3, 2), "bc 23 0000 00000000"],
  ["w0 = 1", set(0, 1), "b4 00 0000 01000000"],
  ["w2 &= 0xffff", andWith(2, 0xffff), "54 02 0000 ffff0000"],
  ["w3 >>= 16", shiftRight(3, 16), "74 03 0000 10000000"],
  ["goto +2", jump(2), "05 00 0200 00000000"],
  ["if w4 != 136 goto +3", jumpUnless(4, 136, 3), "56 04 0300 88000000"],
  ["if w5 != -2 goto +1", jumpUnless(5, 0xfffffffe, 1), "56 05 0100 feffffff"],
  ["if w3 & 6 goto +1", jumpIfAny(3, 6, 1), "46 03 0100 06000000"],
  ["exit", exit(), "95 00 0000 00000000"],
];

for (const [text, instruction, bytes] of ENCODED) {
  Deno.test(`encodeInstructions() encodes ${text}`, () => {
    assert.equal(
      encodeInstructions([instruction]).toHex(),
      bytes.replaceAll(" ", ""),
    );
  });
}
