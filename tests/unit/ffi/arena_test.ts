/** @module */
import assert from "node:assert/strict";
import { Arena } from "../../../ffi/arena.ts";
import { describeArguments } from "../../../ffi/describe.ts";
import type { RecordArgument } from "../../../ffi/record.ts";

function known(name: string): number {
  return name === "fd" ? 42 : -1;
}

Deno.test("Arena.allocate() gives zeroed, aligned, separate memory", () => {
  using arena = new Arena(4096);
  const odd = arena.allocate(3);
  const aligned = arena.allocate(16, 64);
  assert.equal(odd.address % 8n, 0n);
  assert.equal(aligned.address % 64n, 0n);
  assert.ok(aligned.address >= odd.address + 3n);
  odd.bytes.fill(0xff);
  assert.deepEqual(aligned.bytes, new Uint8Array(16));
});

Deno.test("Arena.allocate() grows beyond its first mapping", () => {
  using arena = new Arena(4096);
  const first = arena.allocate(4000);
  const second = arena.allocate(4000);
  const large = arena.allocate(1_000_000);
  first.bytes.fill(1);
  second.bytes.fill(2);
  large.bytes.fill(3);
  assert.ok(first.bytes.every((byte) => byte === 1));
  assert.ok(second.bytes.every((byte) => byte === 2));
  assert.equal(large.bytes.length, 1_000_000);
});

const NUMBERS: readonly (readonly [RecordArgument, bigint])[] = [
  [0, 0n],
  [-1, 0xffff_ffff_ffff_ffffn],
  [-100, 0xffff_ffff_ffff_ff9cn],
  [0x8000_0000_0000_0000n, 0x8000_0000_0000_0000n],
  [null, 0n],
  [{ value: 0x5000, text: "MS_BIND|MS_REC" }, 0x5000n],
  [{ result: "fd" }, 42n],
  [{ pair: [{ result: "fd" }, 6] }, 0x6_0000_002an],
  [{ pair: [-1, { value: 2, text: "BPF_F_ALLOW_MULTI" }] }, 0x2_ffff_ffffn],
];

for (const [argument, value] of NUMBERS) {
  const text = describeArguments({ call: "prctl", args: [argument] });
  Deno.test(`Arena.encode() turns ${text} into ${value}`, () => {
    using arena = new Arena();
    assert.equal(arena.encode(argument, known), value);
  });
}

Deno.test("Arena.encode() copies strings and bytes and passes addresses", () => {
  using arena = new Arena(4096);
  const base = arena.allocate(512);
  const offset = (address: bigint): number => Number(address - base.address);
  const view = new Uint8Array(base.bytes.buffer);
  const text = offset(arena.encode("schön", known));
  assert.deepEqual(
    [...view.subarray(text, text + 7)],
    [...new TextEncoder().encode("schön\0")],
  );
  const bytes = offset(
    arena.encode({ bytes: Uint8Array.of(1, 2, 3), text: "" }, known),
  );
  assert.deepEqual([...view.subarray(bytes, bytes + 4)], [1, 2, 3, 0]);
});

Deno.test("Arena.encode() builds nested words", () => {
  using arena = new Arena(4096);
  const base = arena.allocate(8);
  const words = new BigUint64Array(base.bytes.buffer);
  const index = (address: bigint): number => Number(address - base.address) / 8;
  const outer = index(
    arena.encode({ words: [7, { words: [{ result: "fd" }, 0] }, "x"] }, known),
  );
  assert.equal(words[outer], 7n);
  const inner = index(words[outer + 1] ?? 0n);
  assert.equal(words[inner], 42n);
  assert.equal(words[inner + 1], 0n);
  const text = index(words[outer + 2] ?? 0n);
  assert.equal(words[text], BigInt("x".charCodeAt(0)));
});

Deno.test("Arena.encode() refuses a string that holds a NUL", () => {
  using arena = new Arena();
  assert.throws(() => arena.encode("a\0b", known), TypeError);
});
