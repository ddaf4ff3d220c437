/**
 * Go's literals.
 *
 * @module
 */
import assert from "node:assert/strict";
import { unquote } from "../../../../../lib/cli/output/template/literal.ts";

const CASES: readonly (readonly [literal: string, text: string | undefined])[] =
  [
    ['""', ""],
    [String.raw`"a\tb\n"`, "a\tb\n"],
    [String.raw`"\\\"\'"`, "\\\"'"],
    [String.raw`"\x41\u00e9\U0001F600\101"`, "Aé😀A"],
    [String.raw`"\\n"`, "\\n"],
    [String.raw`"\Uffffffff"`, "\ufffd"],
    [String.raw`'\n'`, "\n"],
    [String.raw`"\z"`, undefined],
    [String.raw`"\x4"`, undefined],
    [String.raw`"\1"`, undefined],
  ];

for (const [literal, text] of CASES) {
  Deno.test(`unquote() of ${literal} is ${JSON.stringify(text)}`, () => {
    assert.equal(unquote(literal), text);
  });
}
