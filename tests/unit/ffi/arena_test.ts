/** @module */
import assert from "node:assert/strict";
import { Arena, setRegister } from "../../../ffi/arena.ts";
import { describeArguments } from "../../../ffi/describe.ts";
import type { RecordArgument } from "../../../ffi/record.ts";

function known(name: string): number {
  return name === "fd" ? 42 : -1;
}

Deno.test("Arena.allocate() gives zeroed, aligned, separate memory", () => {
  using arena = new Arena(4096);
  const odd = arena.allocate(3);
  const aligned = arena.allocate(16, 64);
  assert.equal(odd.address % 8, 0);
  assert.equal(aligned.address % 64, 0);
  assert.ok(aligned.address >= odd.address + 3);
  odd.bytes.fill(0xff);
  assert.deepEqual(aligned.bytes, new Uint8Array(16));
});

Deno.test("Arena maps nothing before its first allocation", () => {
  const maps = (): number =>
    Deno.readTextFileSync("/proc/self/statm").split(" ").map(Number)[0] ?? 0;
  const MANY_PAGES = 50_000;
  const before = maps();
  using arena = new Arena(MANY_PAGES * 4096);
  assert.ok(maps() < before + MANY_PAGES / 2);
  arena.allocate(1);
  assert.ok(maps() >= before + MANY_PAGES / 2);
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

const NUMBERS: readonly (readonly [RecordArgument, number | bigint])[] = [
  [0, 0],
  [-1, -1],
  [-100n, 0xffff_ffff_ffff_ff9cn],
  [0x8000_0000_0000_0000n, 0x8000_0000_0000_0000n],
  [null, 0],
  [{ value: 0x5000, text: "MS_BIND|MS_REC" }, 0x5000],
  [{ result: "fd" }, 42],
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
  const offset = (address: number | bigint): number =>
    Number(address) - base.address;
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
  const index = (address: number | bigint): number =>
    (Number(address) - base.address) / 8;
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

Deno.test("Arena.encode() puts strings side by side, long ones too", () => {
  using arena = new Arena(4096);
  const texts = ["", "a", "ü€😀", "x".repeat(5000), "b"];
  const places = texts.map((text) => Number(arena.encode(text, known)));
  assert.equal(places[1], (places[0] ?? 0) + 1);
  for (const [index, text] of texts.entries()) {
    const bytes = new TextEncoder().encode(`${text}\0`);
    const pointer = Deno.UnsafePointer.create(BigInt(places[index] ?? 0));
    assert.ok(pointer);
    const copy = new Uint8Array(bytes.length);
    new Deno.UnsafePointerView(pointer).copyInto(copy);
    assert.deepEqual(copy, bytes);
  }
});

for (
  const [value, halves] of [
    [0, [0, 0]],
    [-1, [0xffff_ffff, 0xffff_ffff]],
    [-100, [0xffff_ff9c, 0xffff_ffff]],
    [-(2 ** 32) - 1, [0xffff_ffff, 0xffff_fffe]],
    [0x12_3456_789a, [0x3456_789a, 0x12]],
    [0x8000_0000_0000_0001n, [1, 0x8000_0000]],
  ] as const
) {
  Deno.test(`setRegister() writes ${value} as two words`, () => {
    const words = new Uint32Array(4);
    setRegister(words, 1, value);
    assert.deepEqual([...words], [0, ...halves, 0]);
  });
}

Deno.test("Arena.encode() refuses a string that holds a NUL", () => {
  using arena = new Arena();
  assert.throws(() => arena.encode("a\0b", known), TypeError);
});
