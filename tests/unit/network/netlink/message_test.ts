/**
 * @module
 */
import assert from "node:assert/strict";
import {
  attribute,
  listAttributes,
  nested,
  readAttributes,
  readNested,
} from "../../../../lib/network/netlink/attribute.ts";
import {
  be16,
  be32,
  be64,
  concat,
  readBe32,
  readBe64,
  readText,
  readU32,
  text,
  u16,
  u32,
} from "../../../../lib/network/netlink/bytes.ts";
import {
  decodeMessages,
  encodeMessage,
} from "../../../../lib/network/netlink/message.ts";

const hex = (bytes: Uint8Array): string => bytes.toHex();

Deno.test("numbers have the byte order their name says", () => {
  assert.equal(hex(u16(0x1234)), "3412");
  assert.equal(hex(u32(0x12345678)), "78563412");
  assert.equal(hex(be16(0x1234)), "1234");
  assert.equal(hex(be32(-3)), "fffffffd");
  assert.equal(hex(be64(5n)), "0000000000000005");
  assert.equal(readU32(u32(0xfedcba98)), 0xfedcba98);
  assert.equal(readBe32(be32(0xfedcba98)), 0xfedcba98);
  assert.equal(readBe64(be64(1n << 60n)), 1n << 60n);
});

Deno.test("text() ends with a NUL, where readText() stops", () => {
  assert.equal(hex(text("lo")), "6c6f00");
  assert.equal(readText(concat(text("lo"), text("x"))), "lo");
  assert.equal(readText(new Uint8Array([0x6c, 0x6f])), "lo");
});

Deno.test("attribute() pads to four bytes, which its length leaves out", () => {
  assert.equal(hex(attribute(3, text("lo"))), "070003006c6f0000");
  assert.equal(hex(attribute(4, u32(1500))), "08000400dc050000");
  assert.equal(hex(attribute(5, new Uint8Array())), "04000500");
  assert.throws(() => attribute(1, new Uint8Array(0x10000)), RangeError);
});

Deno.test("nested() marks what holds others, and they are read again", () => {
  const bytes = nested(18, attribute(1, text("veth")), nested(2, u32(9)));
  assert.equal(
    hex(bytes),
    "1800" + "1280" + "0900" + "0100" + "7665746800000000" +
      "0800" + "0280" + "09000000",
  );
  const inner = readNested(readAttributes(bytes), 18);
  assert.equal(readText(inner.get(1) ?? new Uint8Array()), "veth");
  assert.equal(readU32(inner.get(2) ?? new Uint8Array()), 9);
  assert.equal(readNested(inner, 7).size, 0);
});

Deno.test("listAttributes() keeps repeated ones, and refuses torn ones", () => {
  const twice = concat(attribute(1, u16(1)), attribute(1, u16(2)));
  assert.deepEqual(listAttributes(twice).map(([type]) => type), [1, 1]);
  const torn = attribute(1, u32(1)).subarray(0, 6);
  assert.throws(() => listAttributes(torn), /attribute of 8 bytes at 0 of 6/);
  const short = new Uint8Array([3, 0, 1, 0]);
  assert.throws(() => listAttributes(short), /attribute of 3 bytes/);
});

Deno.test("encodeMessage() writes the header, decodeMessages() reads it", () => {
  const one = { type: 16, flags: 5, sequence: 7, body: new Uint8Array([1, 2]) };
  const bytes = encodeMessage(one);
  assert.equal(
    hex(bytes),
    "12000000" + "1000" + "0500" + "07000000" + "00000000" + "01020000",
  );
  const two = { ...one, sequence: 8, body: new Uint8Array() };
  assert.deepEqual(decodeMessages(concat(bytes, encodeMessage(two))), [
    one,
    two,
  ]);
  assert.throws(
    () => decodeMessages(bytes.subarray(0, 17)),
    /18 bytes at 0 of 17/,
  );
});
