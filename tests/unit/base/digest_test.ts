/**
 * Digests: what is one, and its file name.
 *
 * @module
 */
import assert from "node:assert/strict";
import { digestHex, parseDigest } from "../../../lib/base/digest.ts";

const HEX = "0123456789abcdef".repeat(4);

Deno.test("parseDigest() keeps a sha256 digest as it is", () => {
  assert.equal(parseDigest(`sha256:${HEX}`), `sha256:${HEX}`);
});

const WRONG = [
  "",
  HEX,
  `sha256:${HEX.slice(1)}`,
  `sha256:${HEX}0`,
  `sha256:${HEX.toUpperCase()}`,
  `sha512:${HEX}`,
  `sha256:../../../../etc/passwd`,
  ` sha256:${HEX}`,
  `sha256:${HEX}\n`,
];

for (const text of WRONG) {
  Deno.test(`parseDigest() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseDigest(text), TypeError);
  });
}

Deno.test("digestHex() is the part after the algorithm", () => {
  assert.equal(digestHex(parseDigest(`sha256:${HEX}`)), HEX);
});
