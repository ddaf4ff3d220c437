/** @module */
import assert from "node:assert/strict";
import {
  DEFAULT_DETACH_KEYS,
  DetachKeys,
  parseDetachKeys,
} from "../../../../lib/runtime/stdio/detach_keys.ts";

const PARSED: Readonly<Record<string, readonly number[]>> = {
  "": [],
  "a": [97],
  "a,b": [97, 98],
  "ctrl-p,ctrl-q": [...DEFAULT_DETACH_KEYS],
  "ctrl-a": [1],
  "ctrl-Z": [26],
  "CTRL-z": [26],
  "ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_": [0, 27, 28, 29, 30, 31],
  " ,~": [32, 126],
};

for (const [text, keys] of Object.entries(PARSED)) {
  Deno.test(`parseDetachKeys() reads ${JSON.stringify(text)}`, () => {
    assert.deepEqual([...parseDetachKeys(text)], keys);
  });
}

for (const text of [",", "a,", "ab", "ctrl-", "ctrl-1", "ctrl-ab", "é", "\n"]) {
  Deno.test(`parseDetachKeys() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseDetachKeys(text), {
      name: "UsageError",
      message: /^invalid detach keys \([^]*\): Unknown character: '[^]*'$/,
      advice: "single letters and ctrl-LETTER, such as ctrl-p,ctrl-q",
    });
  });
}

/** Types pieces one after the other; a `!` follows the one that detaches. */
function type(keys: string, ...pieces: readonly string[]): string[] {
  const detach = new DetachKeys(new TextEncoder().encode(keys));
  return pieces.map((piece) => {
    const { passed, isComplete } = detach.push(new TextEncoder().encode(piece));
    return new TextDecoder().decode(passed) + (isComplete ? "!" : "");
  });
}

Deno.test("DetachKeys finds its keys wherever they are in what is typed", () => {
  assert.deepEqual(type("pq", "pq"), ["!"]);
  assert.deepEqual(type("pq", "p", "q"), ["", "!"]);
  assert.deepEqual(type("pq", "abcp", "qdef"), ["abc", "!"]);
  assert.deepEqual(type("pq", "xpqy"), ["x!"], "what follows is for nobody");
  assert.deepEqual(type("abc", "a", "b", "c"), ["", "", "!"]);
});

Deno.test("DetachKeys passes on what only looked like them, in order", () => {
  assert.deepEqual(type("pq", "p", "x", "q"), ["", "px", "q"]);
  assert.deepEqual(type("pq", "ppq"), ["p!"]);
  assert.deepEqual(type("pq", "p", "p", "p", "q"), ["", "p", "p", "!"]);
  assert.deepEqual(type("abc", "abab", "c"), ["ab", "!"]);
  assert.deepEqual(type("abc", "abx"), ["abx"]);
});

Deno.test("DetachKeys begins again after a match", () => {
  assert.deepEqual(type("pq", "pq", "q", "pq"), ["!", "q", "!"]);
});

Deno.test("DetachKeys without keys passes everything on", () => {
  assert.deepEqual(type("", "p", "q\0", ""), ["p", "q\0", ""]);
});
