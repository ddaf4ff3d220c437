import assert from "node:assert/strict";
import {
  hasValidChecksum,
  isZeroBlock,
  parseHeader,
  tryNumber,
} from "../../../../lib/storage/tar/header.ts";
import {
  base256,
  GNU,
  header,
  toBytes,
  V7,
} from "../../../support/tar_builder.ts";

Deno.test("tryNumber() reads octal however it is padded", () => {
  const cases: [string, number | undefined][] = [
    ["0000644\0", 0o644],
    ["    644 ", 0o644],
    ["644\0\0\0\0\0", 0o644],
    ["77777777", 0o77777777],
    ["\0\0\0\0\0\0\0\0", 0],
    ["        ", 0],
    ["0000648\0", undefined],
    ["-000001\0", undefined],
    // Programs differ in what these are, but for the first.
    ["\x00000644\0", 0o644],
    [" \x0000644\0", undefined],
    ["\0\x000644\0\0", undefined],
  ];
  for (const [text, expected] of cases) {
    assert.equal(tryNumber(toBytes(text), 0, 8), expected, text);
  }
});

Deno.test("tryNumber() reads base 256 within what a number holds", () => {
  for (
    const value of [0, 1, -1, 2 ** 40, -(2 ** 40), Number.MAX_SAFE_INTEGER]
  ) {
    assert.equal(tryNumber(base256(value, 12), 0, 12), value);
  }
  assert.equal(tryNumber(base256(2 ** 60, 12), 0, 12), undefined);
  const unknownMark = base256(1, 12);
  unknownMark[0] = 0xc0;
  assert.equal(tryNumber(unknownMark, 0, 12), undefined);
});

Deno.test("hasValidChecksum() accepts unsigned and signed sums, no other", () => {
  const name = Uint8Array.of(0xe4, 0xf6);
  const block = header({ name });
  assert.ok(hasValidChecksum(block, 0));
  const sum = block.reduce((total, byte) => total + byte, 0) -
    block.subarray(148, 156).reduce((total, byte) => total + byte, 0) + 8 * 32;
  const withSum = (value: number): Uint8Array =>
    header({ name, chksum: `${value.toString(8).padStart(6, "0")}\0 ` });
  assert.ok(hasValidChecksum(withSum(sum), 0));
  assert.ok(hasValidChecksum(withSum(sum - 2 * 256), 0));
  assert.ok(!hasValidChecksum(withSum(sum - 256), 0));
  assert.ok(!hasValidChecksum(withSum(sum + 1), 0));
  assert.ok(!hasValidChecksum(new Uint8Array(512), 0));
});

Deno.test("parseHeader() takes the prefix from ustar and star only", () => {
  const fields = { name: "n", prefix: "p" };
  assert.equal(parseHeader(header(fields), 0).name, "p/n");
  assert.equal(parseHeader(header({ ...fields, magic: GNU }), 0).name, "n");
  assert.equal(parseHeader(header({ ...fields, magic: V7 }), 0).name, "n");
  const star = header({
    name: "n",
    prefix: "p".repeat(131),
    raw: [[476, "12345678901\0"], [508, "tar\0"]],
  });
  assert.equal(parseHeader(star, 0).name, `${"p".repeat(131)}/n`);
});

Deno.test("parseHeader() reads fields that fill their width", () => {
  const { name, linkname } = parseHeader(
    header({ name: "n".repeat(100), linkname: "l".repeat(100) }),
    0,
  );
  assert.equal(name.length, 100);
  assert.equal(linkname, "l".repeat(100));
});

Deno.test("isZeroBlock() looks at the whole block", () => {
  const bytes = new Uint8Array(1024);
  bytes[1023] = 1;
  assert.ok(isZeroBlock(bytes, 0));
  assert.ok(!isZeroBlock(bytes, 512));
});
