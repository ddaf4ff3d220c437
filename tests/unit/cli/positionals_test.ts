/**
 * How many words a command takes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../lib/base/errors.ts";
import type { PositionalSpec } from "../../../lib/cli/command.ts";
import {
  checkPositionals,
  positionalUsage,
} from "../../../lib/cli/positionals.ts";

const IMAGE: PositionalSpec = { name: "IMAGE" };
const COMMAND: PositionalSpec = { name: "COMMAND", optional: true };
const ARGS: PositionalSpec = { name: "ARG", optional: true, repeats: true };
const CONTAINERS: PositionalSpec = { name: "CONTAINER", repeats: true };

Deno.test("positionalUsage() writes what docker's usage lines write", () => {
  assert.equal(
    positionalUsage([IMAGE, COMMAND, ARGS]),
    "IMAGE [COMMAND] [ARG...]",
  );
  assert.equal(positionalUsage([CONTAINERS]), "CONTAINER [CONTAINER...]");
  assert.equal(positionalUsage([]), "");
});

const CHECKS: readonly (readonly [PositionalSpec[], number, string?])[] = [
  [[], 0],
  [[], 1, "accepts no arguments"],
  [[IMAGE], 1],
  [[IMAGE], 0, "requires exactly 1 argument"],
  [[IMAGE], 2, "requires exactly 1 argument"],
  [[IMAGE, IMAGE], 1, "requires exactly 2 arguments"],
  [[IMAGE, COMMAND], 0, "requires at least 1 argument"],
  [[IMAGE, COMMAND], 2],
  [[IMAGE, COMMAND], 3, "requires at most 2 arguments"],
  [[COMMAND], 2, "requires at most 1 argument"],
  [[IMAGE, COMMAND, ARGS], 0, "requires at least 1 argument"],
  [[IMAGE, COMMAND, ARGS], 99],
  [[CONTAINERS], 0, "requires at least 1 argument"],
  [[CONTAINERS], 3],
  [[ARGS], 0],
];

for (const [specs, count, complaint] of CHECKS) {
  const usage = positionalUsage(specs);
  Deno.test(`checkPositionals() of "${usage}" given ${count} ${complaint ?? "agrees"}`, () => {
    const check = (): void => checkPositionals("it", specs, count);
    if (complaint === undefined) check();
    else {
      assert.throws(check, new UsageError(`"tsdocker it" ${complaint}.`));
    }
  });
}
