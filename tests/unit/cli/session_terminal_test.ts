/**
 * What a session at a terminal needs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ExitError } from "../../../lib/cli/errors.ts";
import { assertTerminal } from "../../../lib/cli/session_terminal.ts";

const TERMINAL = { stdinIsTerminal: () => true };
const PIPE = { stdinIsTerminal: () => false };

Deno.test("assertTerminal() refuses -it on a pipe with docker's text and 1", () => {
  assert.throws(
    () => assertTerminal({ interactive: true, tty: true }, PIPE),
    (error) =>
      error instanceof ExitError && error.status === 1 &&
      error.message === "the input device is not a TTY",
  );
});

Deno.test("assertTerminal() lets -i, -t and a terminal pass", () => {
  assertTerminal({ interactive: true, tty: false }, PIPE);
  assertTerminal({ interactive: false, tty: true }, PIPE);
  assertTerminal({ interactive: true, tty: true }, TERMINAL);
});
