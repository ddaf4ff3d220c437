/** @module */
import assert from "node:assert/strict";
import { defineStruct } from "../../../ffi/struct.ts";
import { CLONE_ARGS, SIGINFO } from "../../../ffi/structs.ts";

const MIXED = defineStruct("struct mixed", "mixed.h", {
  small: "u8",
  wide: "u64",
  half: "i16",
  name: "u8[3]",
  word: "i32",
});

Deno.test("defineStruct() aligns members as C does", () => {
  assert.deepEqual(
    Object.values(MIXED.fields).map(({ offset }) => offset),
    [0, 8, 16, 18, 24],
  );
  assert.equal(MIXED.size, 32);
});

Deno.test("defineStruct() pads the end to the widest member only", () => {
  assert.equal(defineStruct("s", "h", { a: "u16", b: "u8" }).size, 4);
  assert.equal(defineStruct("s", "h", { a: "u8[5]" }).size, 5);
});

Deno.test("Struct.encode() and decode() are inverse", () => {
  const values = {
    small: 200,
    wide: 0xffff_ffff_ffff_fff0n,
    half: -2,
    name: Uint8Array.of(1, 2, 3),
    word: -100_000,
  };
  assert.deepEqual({ ...MIXED.decode(MIXED.encode(values)) }, values);
});

Deno.test("Struct.encode() leaves absent members zero", () => {
  const bytes = MIXED.encode({ half: 0x1234 });
  assert.deepEqual([...bytes.subarray(16, 18)], [0x34, 0x12]);
  assert.equal(bytes.reduce((sum, byte) => sum + byte, 0), 0x46);
});

Deno.test("Struct.encode() refuses an array that does not fit", () => {
  assert.throws(() => MIXED.encode({ name: new Uint8Array(4) }), RangeError);
});

Deno.test("Struct.decode() refuses too few bytes", () => {
  assert.throws(() => MIXED.decode(new Uint8Array(31)), {
    name: "RangeError",
    message: "struct mixed has 32 bytes, not 31",
  });
});

Deno.test("Struct.decode() reads at the offset of a view", () => {
  const bytes = new Uint8Array(64);
  bytes.set(MIXED.encode({ word: 7 }), 9);
  assert.equal(MIXED.decode(bytes.subarray(9)).word, 7);
});

Deno.test("the kernel's structs have the sizes its calls check", () => {
  assert.equal(CLONE_ARGS.size, 88);
  assert.equal(SIGINFO.size, 128);
});
