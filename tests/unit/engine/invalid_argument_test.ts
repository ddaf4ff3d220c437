/**
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../lib/base/errors.ts";
import {
  invalidArgument,
  parseSizeArgument,
} from "../../../lib/engine/invalid_argument.ts";

Deno.test("invalidArgument() names the flag in docker's words", () => {
  const error = invalidArgument("-x, --xyz", "a b", {
    why: "it is blue",
    advice: "a red one",
  });
  assert.ok(error instanceof UsageError);
  assert.equal(
    error.message,
    'invalid argument "a b" for "-x, --xyz" flag: it is blue',
  );
  assert.equal(error.advice, "a red one");
});

Deno.test("parseSizeArgument() reads a size", () => {
  assert.equal(parseSizeArgument("--size", "2k"), 2048);
  assert.equal(parseSizeArgument("--size", "0"), 0);
});

Deno.test("parseSizeArgument() names the flag of what is none", () => {
  for (const text of ["", "x", "-1", "1.", "9999p", "1e3"]) {
    assert.throws(() => parseSizeArgument("--size", text), {
      name: "UsageError",
      message:
        `invalid argument "${text}" for "--size" flag: invalid size: '${text}'`,
      advice: "a number with an optional unit, such as 512, 64m or 1.5g",
    });
  }
});
