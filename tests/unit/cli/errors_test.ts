/**
 * Error texts that app_test.ts does not reach.
 *
 * @module
 */
import assert from "node:assert/strict";
import { HostError, StartError, UsageError } from "../../../lib/base/errors.ts";
import { errorText, exitStatusOf } from "../../../lib/cli/errors.ts";

Deno.test("errorText() survives a circle of causes", () => {
  const error = new Error("first");
  error.cause = new Error("second", { cause: error });
  const text = errorText(error, { command: "run", debug: true });
  assert.equal(text.match(/Error: first/g)?.length, 1);
  assert.equal(text.match(/Caused by: Error: second/g)?.length, 1);
});

Deno.test("errorText() points at the program's help without a command", () => {
  const text = errorText(new UsageError("no"), {
    command: undefined,
    debug: false,
  });
  assert.equal(text, "tsdocker: no\nSee 'tsdocker --help'.\n");
});

Deno.test("errorText() escapes what a terminal would obey in the advice", () => {
  const error = new UsageError("no", { advice: "a\x07b" });
  assert.match(
    errorText(error, { command: "run", debug: false }),
    /^try: a\\x07b$/m,
  );
});

Deno.test("errorText() escapes it in causes, too, but for ends of lines", () => {
  const error = new UsageError("no", { cause: new Error("a\x1b[2J\nb") });
  const text = errorText(error, { command: "run", debug: true });
  assert.match(text, /^Caused by: Error: a\\x1b\[2J\nb$/m);
});

Deno.test("errorText() advises to make room on a full disk", () => {
  const options = { command: "run", debug: false };
  const full = "Cannot unpack: write: ENOSPC (no space left on device)";
  const told = "Cannot store: No space left on device (os error 28)";
  for (const error of [new HostError(full), new Error(told)]) {
    assert.match(errorText(error, options), /^try: tsdocker system prune$/m);
  }
  const known = new HostError(full, { advice: "elsewhere" });
  assert.match(errorText(known, options), /^try: elsewhere$/m);
  assert.doesNotMatch(errorText(new Error("(os error 2)"), options), /try/);
});

Deno.test("exitStatusOf() falls back to the command's own status", () => {
  assert.equal(exitStatusOf(new Error("x"), 125), 125);
  assert.equal(exitStatusOf(undefined, 1), 1);
});

Deno.test("errorText() tells of the first failure, with debug of the other too", () => {
  const first = new StartError("not-found", "first");
  const thrown = new SuppressedError(
    new Error("third"),
    new SuppressedError(new Error("second"), first),
  );
  const options = { command: "run", debug: false };
  assert.equal(errorText(thrown, options), "tsdocker: first\n");
  assert.equal(exitStatusOf(thrown, 125), 127);
  const debug = errorText(thrown, { ...options, debug: true });
  assert.match(debug, /first[^]*Undoing it failed: .*third/);
});
