/**
 * What `port`, `ps` and `inspect` refuse before they look at any container.
 *
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../../lib/base/errors.ts";
import type { Command } from "../../../../lib/cli/command.ts";
import { inspectCommand } from "../../../../lib/cli/commands/inspect.ts";
import { portCommand } from "../../../../lib/cli/commands/port.ts";
import { psCommand } from "../../../../lib/cli/commands/ps.ts";
import { fakeHost } from "../../../support/fake_host.ts";

const CASES: readonly (readonly [Command, readonly string[], RegExp])[] = [
  [portCommand, ["web", "http"], /^Invalid port: http$/],
  [portCommand, ["web", "70000"], /^Invalid port: 70000$/],
  [portCommand, ["web", "80/icmp"], /^Invalid port: 80\/icmp$/],
  [portCommand, [], /requires at least 1 argument/],
  [psCommand, ["--format", "{{.ID"], /unclosed action/],
  [psCommand, ["web"], /accepts no arguments|requires/],
  [inspectCommand, ["-f", "{{nosuch}}", "web"], /"nosuch" not defined/],
  [inspectCommand, ["--type", "pod", "web"], /pod/],
  [inspectCommand, [], /requires at least 1 argument/],
];

for (const [command, args, message] of CASES) {
  const { summary } = command.spec;
  Deno.test(`"${summary}" refuses [${args.join(" ")}]`, async () => {
    await assert.rejects(
      command.execute("it", args, fakeHost()),
      (error) => error instanceof UsageError && message.test(error.message),
    );
  });
}
