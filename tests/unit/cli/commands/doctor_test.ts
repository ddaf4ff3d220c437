/** @module */
import assert from "node:assert/strict";
import {
  colourFor,
  doctorCommand,
} from "../../../../lib/cli/commands/doctor.ts";
import { fakeHost } from "../../../support/fake_host.ts";

Deno.test("colourFor() colours terminals, unless it is told not to", () => {
  const colour = (
    stdout: "terminal" | "pipe",
    env: Record<string, string> = {},
  ): string =>
    colourFor({
      env: new Map(Object.entries(env)),
      stdoutIsTerminal: () => stdout === "terminal",
    });
  assert.equal(colour("terminal"), "coloured");
  assert.equal(colour("pipe"), "plain");
  assert.equal(colour("terminal", { NO_COLOR: "1" }), "plain");
  assert.equal(colour("terminal", { NO_COLOR: "" }), "coloured");
  assert.equal(colour("terminal", { TERM: "dumb" }), "plain");
});

Deno.test("doctor tells of this host, whoever asks", async () => {
  const host = fakeHost();
  const status = await doctorCommand.execute("doctor", [], host);
  assert.match(host.out(), /^Host\n(?:ok|degraded|missing) +kernel +\d/);
  assert.match(
    host.out(),
    /\d+ ok.*\. Containers can(?:not)? run on this host/,
  );
  assert.equal(status, host.out().includes("cannot run on this host") ? 1 : 0);
  assert.equal(host.err(), "");
});

Deno.test("doctor --json has the same checks", async () => {
  const host = fakeHost();
  const status = await doctorCommand.execute("doctor", ["--json"], host);
  const { ok, checks } = JSON.parse(host.out());
  assert.equal(status, ok ? 0 : 1);
  assert.equal(checks[0].id, "kernel");
  for (const { id, title, detail, status } of checks) {
    assert.ok(id && title && detail, id);
    assert.ok(["ok", "degraded", "missing"].includes(status));
  }
});

Deno.test("doctor takes no arguments", async () => {
  await assert.rejects(doctorCommand.execute("doctor", ["x"], fakeHost()));
});
