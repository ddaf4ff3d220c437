/**
 * Nothing is taken for a yes but a yes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { confirm } from "../../../lib/cli/confirm.ts";

function answer(text: string | null): [confirmed: boolean, asked: string] {
  let asked = "";
  const stderr = { write: (written: string) => void (asked += written) };
  const confirmed = confirm("This will go.", { stderr }, (buffer) => {
    if (text === null) return null;
    return new TextEncoder().encodeInto(text, buffer).written;
  });
  return [confirmed, asked];
}

Deno.test("confirm() asks, and takes the answer", () => {
  const question =
    "WARNING! This will go.\nAre you sure you want to continue? [y/N] ";
  const table: [string | null, boolean][] = [
    ["y\n", true],
    ["Yes\n", true],
    [" y\n", true],
    ["n\n", false],
    ["\n", false],
    ["", false],
    ["not yet\n", false],
    [null, false],
  ];
  for (const [text, expected] of table) {
    assert.deepEqual(answer(text), [expected, question], String(text));
  }
});
