/**
 * The commands that need no engine: help, version, info; and what ps and rm
 * do without a container.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Command } from "../../../../lib/cli/command.ts";
import { helpCommand } from "../../../../lib/cli/commands/help.ts";
import { infoCommand } from "../../../../lib/cli/commands/info.ts";
import { rmCommand } from "../../../../lib/cli/commands/rm.ts";
import { versionCommand } from "../../../../lib/cli/commands/version.ts";
import { fakeHost } from "../../../support/fake_host.ts";

async function output(command: Command, ...args: string[]): Promise<string> {
  const host = fakeHost();
  assert.equal(await command.execute("it", args, host), 0);
  assert.equal(host.err(), "");
  return host.out();
}

Deno.test("version prints what was built, and how", async () => {
  const text = await output(versionCommand);
  assert.match(text, /^Version: +\d+\.\d+\.\d+/m);
  assert.match(text, /^Git commit: +\S+$/m);
  assert.match(text, /^Build: +(source|portable|compiled)$/m);
  assert.match(text, /^Deno: +2\.\d+\.\d+$/m);
  assert.match(text, /^OS\/Arch: +linux\/(x86_64|aarch64)$/m);
});

Deno.test("version prints JSON on one line", async () => {
  const text = await output(versionCommand, "--format", "json");
  assert.equal(text.indexOf("\n"), text.length - 1);
  const keys = ["version", "gitCommit", "build", "deno", "osArch"];
  assert.deepEqual(Object.keys(JSON.parse(text)), keys);
});

Deno.test("info prints the roots in use and the host", async () => {
  const text = await output(infoCommand);
  assert.match(text, /^Root: +\/persistent$/m);
  assert.match(text, /^Run root: +\/volatile$/m);
  assert.match(text, /^Storage driver: +overlay$/m);
  assert.match(text, /^Cgroups: +(v1|v2|hybrid|none)$/m);
  assert.match(text, /^CPUs: +\d+$/m);
  assert.match(text, /^Memory: +[\d.]+[KMGT]iB$/m);
});

Deno.test("info gives programs exact numbers", async () => {
  const facts = JSON.parse(await output(infoCommand, "-f", "json"));
  assert.ok(Number.isInteger(facts.memory) && facts.memory > 1e6);
  assert.ok(Number.isInteger(facts.cpus));
});

Deno.test("help prints the page of a command, a group, or the front page", async () => {
  assert.match(
    await output(helpCommand),
    /^Usage: {2}tsdocker \[OPTIONS\] COMMAND\n/,
  );
  assert.match(await output(helpCommand, "run"), /^Usage: {2}tsdocker run \[/);
  assert.match(
    await output(helpCommand, "container", "ls"),
    /^Usage: {2}tsdocker container ls \[/,
  );
  assert.match(
    await output(helpCommand, "container"),
    /^Usage: {2}tsdocker container COMMAND\n/,
  );
});

Deno.test("help refuses a command there is not", async () => {
  await assert.rejects(
    helpCommand.execute("help", ["rnu"], fakeHost()),
    /'rnu' is not a tsdocker command\./,
  );
});

Deno.test("rm without a container is wrong, unless forced", async () => {
  await assert.rejects(
    rmCommand.execute("rm", [], fakeHost()),
    /"tsdocker rm" requires at least 1 argument\./,
  );
  assert.equal(await output(rmCommand, "-f"), "");
  assert.equal(await output(rmCommand, "-fv"), "");
});
