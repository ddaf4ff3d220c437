/**
 * Environment variables from flags and files.
 *
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../lib/base/errors.ts";
import type { EnvEntry } from "../../../lib/engine/run_options.ts";
import { parseEnvFile, parseEnvFlag } from "../../../lib/cli/env_file.ts";

const CALLER = new Map([["HOME", "/root"], ["EMPTY", ""]]);

const FILES: readonly (readonly [string, string, EnvEntry[]])[] = [
  ["nothing", "", []],
  ["blank lines and comments", "\n  \n# A=1\n   # B=2\n", []],
  ["a value with spaces", "A=x y\n", [{ name: "A", value: "x y" }]],
  ["blanks before, not after", "  A= x \n", [{ name: "A", value: " x " }]],
  ["quotes as they are", `A="x"\n`, [{ name: "A", value: `"x"` }]],
  ["a # in a value", "A=x # y\n", [{ name: "A", value: "x # y" }]],
  ["further =", "A=b=c\n", [{ name: "A", value: "b=c" }]],
  ["an empty value", "A=\n", [{ name: "A", value: "" }]],
  ["the caller's variable", "HOME\n", [{ name: "HOME", value: "/root" }]],
  ["the caller's empty one", "EMPTY", [{ name: "EMPTY", value: "" }]],
  ["a variable the caller has not", "NOSUCH\n", []],
  ["blanks after a lone name", "HOME  \n", [{ name: "HOME", value: "/root" }]],
  ["lines ended by CR LF", "A=1\r\nB=2\r\n", [
    { name: "A", value: "1" },
    { name: "B", value: "2" },
  ]],
  ["a byte order mark", "\ufeffA=1\n", [{ name: "A", value: "1" }]],
  ["the same name twice", "A=1\nA=2", [
    { name: "A", value: "1" },
    { name: "A", value: "2" },
  ]],
];

for (const [what, text, entries] of FILES) {
  Deno.test(`parseEnvFile() reads ${what}`, () => {
    assert.deepEqual(parseEnvFile(text, "env", CALLER), entries);
  });
}

const WRONG: readonly (readonly [string, string])[] = [
  ["A=1\n=2\n", 'dir/env:2: there is no name before the "="'],
  ["A B=2\n", 'dir/env:1: variable "A B" contains whitespace'],
  ["# x\n\nA =2\n", 'dir/env:3: variable "A " contains whitespace'],
  ["A B\n", 'dir/env:1: variable "A B" contains whitespace'],
  ["A=x\0y\n", "dir/env:1: there is a NUL character"],
];

for (const [text, message] of WRONG) {
  Deno.test(`parseEnvFile() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => parseEnvFile(text, "dir/env", CALLER),
      new UsageError(`invalid env file ${message}`),
    );
  });
}

const FLAGS: readonly (readonly [string, EnvEntry])[] = [
  ["A=1", { name: "A", value: "1" }],
  ["A=x y", { name: "A", value: "x y" }],
  ["A=", { name: "A", value: "" }],
  ["A==", { name: "A", value: "=" }],
  ["A B=1", { name: "A B", value: "1" }],
  ["HOME", { name: "HOME", value: "/root" }],
  ["EMPTY", { name: "EMPTY", value: "" }],
  ["NOSUCH", { name: "NOSUCH" }],
];

for (const [text, entry] of FLAGS) {
  Deno.test(`parseEnvFlag() reads ${text}`, () => {
    assert.deepEqual(parseEnvFlag(text, CALLER), entry);
  });
}

for (const text of ["", "=1", "="]) {
  Deno.test(`parseEnvFlag() refuses "${text}"`, () => {
    assert.throws(() => parseEnvFlag(text, CALLER), UsageError);
  });
}
