/**
 * Container identifiers and names.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  createContainerId,
  generateContainerName,
  isContainerId,
  isContainerName,
  shortId,
} from "../../../lib/base/identifiers.ts";
import { ADJECTIVES, SURNAMES } from "../../../lib/base/name_words.ts";

Deno.test("createContainerId() makes 64 hex digits, each time others", () => {
  const ids = Array.from({ length: 500 }, () => createContainerId());
  for (const id of ids) assert.match(id, /^[0-9a-f]{64}$/);
  assert.equal(new Set(ids.map(shortId)).size, ids.length);
});

Deno.test("createContainerId() draws again if the short form is a number", () => {
  const drawn = [
    "12".repeat(32),
    "1".repeat(12) + "a".repeat(52),
    "0a".repeat(32),
  ];
  const draw = (): Uint8Array =>
    Uint8Array.fromHex(drawn.shift() ?? assert.fail());
  assert.equal(createContainerId(draw), "0a".repeat(32));
});

Deno.test("shortId() is the first twelve digits", () => {
  const id = createContainerId();
  assert.equal(shortId(id), id.slice(0, 12));
});

Deno.test("isContainerId() accepts full identifiers only", () => {
  assert.ok(isContainerId("0".repeat(64)));
  for (
    const text of [
      "",
      "0".repeat(63),
      "0".repeat(65),
      "A".repeat(64),
      `${"0".repeat(64)}\n`,
    ]
  ) {
    assert.ok(!isContainerId(text), text);
  }
});

Deno.test("isContainerName() accepts docker's names and one letter", () => {
  for (const name of ["a", "7", "web", "web-1", "a.b_c-D", "0".repeat(200)]) {
    assert.ok(isContainerName(name), name);
  }
});

Deno.test("isContainerName() refuses what could be a path or a flag", () => {
  const names = [
    "",
    ".",
    "..",
    "-a",
    "_a",
    ".a",
    "a/b",
    "../a",
    "a b",
    "a\n",
    "ä",
    "a\0",
  ];
  for (const name of names) assert.ok(!isContainerName(name), name);
});

Deno.test("generateContainerName() makes valid names that differ", () => {
  const names = Array.from({ length: 100 }, generateContainerName);
  for (const name of names) {
    assert.match(name, /^[a-z]+_[a-z]+$/);
    assert.ok(isContainerName(name));
  }
  assert.ok(new Set(names).size > 90);
});

Deno.test("name words are distinct and many enough", () => {
  for (const words of [ADJECTIVES, SURNAMES]) {
    assert.equal(new Set(words).size, words.length);
    for (const word of words) assert.match(word, /^[a-z]{3,}$/);
  }
  assert.ok(ADJECTIVES.length * SURNAMES.length > 10_000);
});
