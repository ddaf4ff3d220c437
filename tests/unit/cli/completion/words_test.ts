/**
 * A line that is being written is taken apart as the parser would.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { FlagTable } from "../../../../lib/cli/flag.ts";
import {
  isFlag,
  readWords,
  withoutEquals,
} from "../../../../lib/cli/completion/words.ts";

const FLAGS = {
  tty: { type: "boolean", long: "tty", short: "t", description: "" },
  name: {
    type: "string",
    long: "name",
    short: "n",
    aliases: ["called"],
    words: ["nm"],
    description: "",
  },
} as const satisfies FlagTable;

function read(line: string, mode: "stops" | "mixes" = "mixes"): unknown {
  const words = line === "" ? [] : line.split(" ");
  const { pending, positionals, isOver } = readWords(words, FLAGS, mode);
  return [pending?.long, positionals.join(" "), isOver];
}

Deno.test("readWords() passes over flags and their values", () => {
  const table: Record<string, unknown> = {
    "": [undefined, "", false],
    "a -t b": [undefined, "a b", false],
    "--name x a": [undefined, "a", false],
    "--name=x a": [undefined, "a", false],
    "--called x a": [undefined, "a", false],
    "-tn x a": [undefined, "a", false],
    "-nm x a": [undefined, "a", false],
    "-nt x": [undefined, "x", false],
    "--nosuch a": [undefined, "a", false],
    "a -- --name b": [undefined, "a --name b", true],
    "- a": [undefined, "- a", false],
  };
  for (const [line, expected] of Object.entries(table)) {
    assert.deepEqual(read(line), expected, line);
  }
});

Deno.test("readWords() tells the flag whose value is to come", () => {
  for (const line of ["--name", "a --name", "-tn", "-t -n", "--called"]) {
    assert.equal((read(line) as unknown[])[0], "name", line);
  }
});

Deno.test("readWords() ends at the first positional if told so", () => {
  assert.deepEqual(read("-t a --name", "stops"), [undefined, "a --name", true]);
});

Deno.test("isFlag() takes a dash alone for a word", () => {
  assert.ok(isFlag("-t") && isFlag("--name") && isFlag("--"));
  assert.ok(!isFlag("-") && !isFlag("") && !isFlag("a-b"));
});

Deno.test("withoutEquals() joins what bash takes apart", () => {
  const table: [string[], string[]][] = [
    [["run", "--name", "=", "x"], ["run", "--name", "x"]],
    [["run", "--name", "="], ["run", "--name", ""]],
    [["run", "=", "x"], ["run", "=", "x"]],
    [["="], ["="]],
  ];
  for (const [words, expected] of table) {
    assert.deepEqual(withoutEquals(words), expected);
  }
});
