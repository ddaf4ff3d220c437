/**
 * Bytes to lines: in pieces of any size, of any content.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  LineBuffer,
  unfinishedBytes,
} from "../../../../lib/monitor/json_log/lines.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("LineBuffer keeps a line until it has ended", () => {
  const buffer = new LineBuffer();
  assert.equal(buffer.push(bytes("a")), "");
  assert.equal(buffer.push(bytes("b\nc\nd")), "ab\nc\n");
  assert.equal(buffer.push(bytes("\n")), "d\n");
  assert.equal(buffer.flush(), "");
});

Deno.test("LineBuffer gives what is left at the end, once", () => {
  const buffer = new LineBuffer();
  assert.equal(buffer.push(bytes("$ ")), "");
  assert.equal(buffer.flush(), "$ ");
  assert.equal(buffer.flush(), "");
});

Deno.test("LineBuffer cuts a long line, and keeps nothing of it", () => {
  const buffer = new LineBuffer();
  const half = "x".repeat(8192);
  assert.equal(buffer.push(bytes(half)), "");
  assert.equal(buffer.push(bytes(half)), half + half);
  assert.equal(buffer.push(bytes("end\n")), "end\n");
});

Deno.test("LineBuffer puts characters together, wherever they are cut", () => {
  const text = "Grüße – 日本語 😀\nzwei\n";
  for (let size = 1; size < 9; size++) {
    const buffer = new LineBuffer();
    const all = bytes(text);
    let found = "";
    for (let at = 0; at < all.length; at += size) {
      found += buffer.push(all.subarray(at, at + size));
    }
    assert.equal(found + buffer.flush(), text, `${size}`);
  }
});

Deno.test("LineBuffer replaces what is not UTF-8, and keeps a mark", () => {
  const buffer = new LineBuffer();
  assert.equal(
    buffer.push(Uint8Array.of(0xff, 0x41, 0x80, 0x0a)),
    "\ufffdA\ufffd\n",
  );
  assert.equal(buffer.push(Uint8Array.of(0xc3, 0x0a)), "\ufffd\n");
  assert.equal(buffer.push(bytes("\ufeff\n")), "\ufeff\n");
  assert.equal(buffer.push(Uint8Array.of(0xe2, 0x82)), "");
  assert.equal(buffer.flush(), "\ufffd");
});

Deno.test("LineBuffer does not keep the caller's memory", () => {
  const buffer = new LineBuffer();
  const memory = Uint8Array.of(0xe2, 0x82);
  buffer.push(memory);
  memory.fill(0);
  assert.equal(buffer.push(Uint8Array.of(0xac, 0x0a)), "€\n");
});

Deno.test("unfinishedBytes() tells where a character goes on", () => {
  for (
    const [expected, ...input] of [
      [0],
      [0, 0x41],
      [1, 0x41, 0xc3],
      [1, 0xe2],
      [2, 0xe2, 0x82],
      [0, 0xe2, 0x82, 0xac],
      [3, 0xf0, 0x9f, 0x98],
      [0, 0xf0, 0x9f, 0x98, 0x80],
      [0, 0x80, 0x80, 0x80, 0x80],
      [0, 0xc3, 0x80, 0x80],
    ]
  ) {
    assert.equal(unfinishedBytes(Uint8Array.from(input)), expected);
  }
});
