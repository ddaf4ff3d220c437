/**
 * Which word a mistyped one is taken for.
 *
 * @module
 */
import assert from "node:assert/strict";
import { editDistance, suggest } from "../../../lib/cli/suggest.ts";

const COMMANDS = ["run", "rm", "ps", "version", "info", "container ls"];

const DISTANCES: readonly (readonly [string, string, number])[] = [
  ["", "", 0],
  ["run", "run", 0],
  ["", "ps", 2],
  ["ps", "", 2],
  ["rnu", "run", 1],
  ["ru", "run", 1],
  ["runn", "run", 1],
  ["ran", "run", 1],
  ["kitten", "sitting", 3],
  ["ab", "ba", 1],
  ["ca", "abc", 3],
];

for (const [a, b, distance] of DISTANCES) {
  Deno.test(`editDistance() between "${a}" and "${b}" is ${distance}`, () => {
    assert.equal(editDistance(a, b), distance);
    assert.equal(editDistance(b, a), distance);
  });
}

const SUGGESTIONS: readonly (readonly [string, string | undefined])[] = [
  ["rnu", "run"],
  ["runn", "run"],
  ["verison", "version"],
  ["vresoin", "version"],
  ["inof", "info"],
  ["container lss", "container ls"],
  ["xyz", undefined],
  ["frobnicate", undefined],
  ["x", undefined],
  ["", undefined],
];

for (const [typed, expected] of SUGGESTIONS) {
  Deno.test(`suggest() takes "${typed}" for ${expected ?? "nothing"}`, () => {
    assert.equal(suggest(typed, COMMANDS), expected);
  });
}

Deno.test("suggest() names the first of equally near words", () => {
  assert.equal(suggest("rmm", ["rmi", "rm"]), "rmi");
  assert.equal(suggest("rmm", ["rm", "rmi"]), "rm");
});

Deno.test("suggest() prefers the nearer word, wherever it stands", () => {
  assert.equal(suggest("versoin", ["verbose", "version"]), "version");
  assert.equal(suggest("versoin", ["version", "verbose"]), "version");
});

Deno.test("suggest() finds nothing among nothing", () => {
  assert.equal(suggest("run", []), undefined);
});
