/** @module */
import assert from "node:assert/strict";
import { formatChanges } from "../../../../lib/cli/output/changes.ts";
import { nameText } from "../../../../lib/cli/output/name_text.ts";
import {
  type ByteString,
  byteString,
} from "../../../../lib/storage/tar/byte_string.ts";

function text(...bytes: number[]): string {
  return nameText(byteString(Uint8Array.from(bytes), 0, bytes.length));
}

Deno.test("nameText() reads UTF-8 of every length", () => {
  for (const name of ["plain", "é", "€", "\ufeff𝄞", "퟿", "\u{10ffff}"]) {
    assert.equal(text(...new TextEncoder().encode(name)), name);
  }
  assert.equal(text(0x61, 0x1b), "a\\x1b");
});

Deno.test("nameText() tells apart names that are no UTF-8", () => {
  assert.equal(text(0x61, 0xff, 0x62), "a\\xffb");
  assert.equal(text(0xe9), "\\xe9");
  // Cut short, too long, a surrogate, beyond the last character.
  assert.equal(text(0xe2, 0x82), "\\xe2\\x82");
  assert.equal(text(0xc0, 0xaf), "\\xc0\\xaf");
  assert.equal(text(0xed, 0xa0, 0x80), "\\xed\\xa0\\x80");
  assert.equal(text(0xf4, 0x90, 0x80, 0x80), "\\xf4\\x90\\x80\\x80");
  for (let byte = 0x80; byte <= 0xff; byte++) {
    assert.match(text(byte), /^\\x[89a-f][0-9a-f]$/);
  }
});

Deno.test("formatChanges() lists each name on a line of its own", () => {
  const changes = [
    { kind: "added", path: "/\xff" as ByteString },
    { kind: "removed", path: "/\xfe\n" as ByteString },
  ] as const;
  assert.equal(formatChanges(changes), "A /\\xff\nD /\\xfe\\n\n");
});
