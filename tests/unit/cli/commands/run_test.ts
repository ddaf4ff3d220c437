/**
 * The command `run`, as far as it goes without an engine.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertTerminal,
  runCommand,
} from "../../../../lib/cli/commands/run.ts";
import { ExitError } from "../../../../lib/cli/errors.ts";
import { fakeHost } from "../../../support/fake_host.ts";

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

Deno.test("run prefers its own -h to the one for help", async () => {
  await assert.rejects(
    runCommand.execute("run", ["-h"], fakeHost()),
    /flag needs an argument: 'h' in -h/,
  );
});

Deno.test("run fails with 125 and takes flags before the image only", () => {
  assert.equal(runCommand.spec.failureStatus, 125);
  assert.ok(runCommand.spec.stopsAtPositional);
});
