/**
 * The functions of templates.
 *
 * @module
 */
import assert from "node:assert/strict";
import { FUNCTIONS } from "../../../../../lib/cli/output/template/functions.ts";

const MAP = new Map([["a", "1"]]);
const OF_LISTS = new Map([["80/tcp", [{ HostPort: "8080" }]]]);

const CASES: readonly (readonly [
  name: string,
  args: readonly unknown[],
  result: unknown,
])[] = [
  ["not", [""], true],
  ["not", [MAP], false],
  ["not", [{}], false],
  ["len", ["é"], 2],
  ["len", [[1, 2]], 2],
  ["len", [MAP], 1],
  ["len", [null], 0],
  ["index", [MAP, "a"], "1"],
  ["index", [MAP, "b"], ""],
  ["index", [OF_LISTS, "443/tcp"], null],
  ["index", [[["x", "y"]], 0, 1], "y"],
  ["index", ["a", 0], 97],
  ["slice", ["hello", 1, 3], "el"],
  ["slice", [[1, 2, 3], 1], [2, 3]],
  ["print", [1, 2, "a", 3, null, true], "1 2a3 <nil> true"],
  ["println", ["a", 1], "a 1\n"],
  ["printf", ["%s-%d", "a", 1], "a-1"],
  ["html", ["<a b='c'>&\"</a>"], "&lt;a b=&#39;c&#39;&gt;&amp;&#34;&lt;/a&gt;"],
  ["urlquery", ["a b&c"], "a+b%26c"],
  ["eq", [1, 2, 1], true],
  ["eq", ["a", "b"], false],
  ["eq", [null, "a"], false],
  ["ne", [undefined, null], false],
  ["lt", ["a", "b"], true],
  ["le", [2, 2], true],
  ["gt", [2, 10], false],
  ["ge", ["b", "a"], true],
  ["json", ["<a>\n"], '"<a>\\n"'],
  ["json", [undefined], "null"],
  ["split", ["a:b", ":"], ["a", "b"]],
  ["join", [["a", "b"], ", "], "a, b"],
  ["join", [null, ","], ""],
  ["lower", ["AbC"], "abc"],
  ["upper", ["AbC"], "ABC"],
  ["title", ["it's a small_word"], "It's A Small_word"],
  ["pad", ["x", 1, 2], " x  "],
  ["pad", ["x", 0, 1e12], `x${" ".repeat(10_000)}`],
  ["truncate", ["h😀llo", 3], "h😀l"],
  ["truncate", ["hi", 3], "hi"],
];

for (const [name, args, result] of CASES) {
  const shown = JSON.stringify(args).slice(1, -1);
  Deno.test(`${name}(${shown}) is what Go and docker make it`, () => {
    assert.deepEqual(FUNCTIONS[name]?.(...args), result);
  });
}

const REFUSED: readonly (readonly [
  name: string,
  args: readonly unknown[],
  why: RegExp,
])[] = [
  ["len", [5], /no length/],
  ["index", [[1], 1], /^index out of range: 1$/],
  ["index", [[1], -1], /^index out of range: -1$/],
  ["index", [[1], "a"], /want a number, have a$/],
  ["index", [null, 0], /^index out of range: 0$/],
  ["index", [5, 0], /cannot index/],
  ["slice", [5, 1], /cannot slice/],
  ["slice", ["abc", 2, 1], /^index out of range: 2$/],
  ["eq", [1, "1"], /^incompatible types for comparison$/],
  ["eq", [[1], [1]], /^invalid type for comparison$/],
  ["lt", [true, false], /^invalid type for comparison$/],
  ["lt", [1, undefined], /^in/],
  ["join", ["abc", ","], /want a list, have abc$/],
  ["join", [[1], ","], /want a text, have 1$/],
  ["lower", [5], /want a text, have 5$/],
  ["split", [[], ""], /want a text/],
];

for (const [name, args, why] of REFUSED) {
  const shown = JSON.stringify(args).slice(1, -1);
  Deno.test(`${name}(${shown}) is refused`, () => {
    assert.throws(() => FUNCTIONS[name]?.(...args), (error) => {
      assert.ok(error instanceof Error && error.constructor === Error);
      assert.match(error.message, why);
      return true;
    });
  });
}
