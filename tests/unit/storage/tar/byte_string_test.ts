import assert from "node:assert/strict";
import {
  type ByteString,
  byteString,
  kernelPath,
  printable,
  terminatedString,
  toBytes,
} from "../../../../lib/storage/tar/byte_string.ts";

const ALL = Uint8Array.from({ length: 256 }, (_, i) => i);

Deno.test("byteString() and toBytes() keep every byte", () => {
  assert.deepEqual(toBytes(byteString(ALL, 0, 256)), ALL);
  assert.equal(byteString(ALL, 65, 68), "ABC");
  const long = new Uint8Array(1_000_000).fill(0xfe);
  assert.deepEqual(toBytes(byteString(long, 0, long.length)), long);
});

Deno.test("terminatedString() ends at the first NUL or at the width", () => {
  const bytes = new TextEncoder().encode("abc\0def");
  assert.equal(terminatedString(bytes, 0, 7), "abc");
  assert.equal(terminatedString(bytes, 0, 2), "ab");
  assert.equal(terminatedString(bytes, 4, 3), "def");
});

Deno.test("kernelPath() keeps ASCII as text and gives other bytes as they are", () => {
  assert.equal(kernelPath("a/b" as ByteString), "a/b");
  assert.deepEqual(
    kernelPath("\u00ffa" as ByteString),
    Uint8Array.of(0xff, 0x61),
  );
});

Deno.test("printable() quotes, escapes, decodes UTF-8 and shortens", () => {
  assert.equal(printable("a\nb" as ByteString), '"a\\nb"');
  assert.equal(printable("\u00c3\u00a4" as ByteString), '"ä"');
  assert.equal(printable("\u00ff" as ByteString), '"\ufffd"');
  assert.ok(printable("x".repeat(5000) as ByteString).length < 150);
});
