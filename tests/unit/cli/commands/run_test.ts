/**
 * The command `run`, as far as it goes without an engine.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../../../../lib/cli/commands/run.ts";
import { fakeHost } from "../../../support/fake_host.ts";

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
