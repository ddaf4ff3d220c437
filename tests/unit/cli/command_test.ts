/**
 * A specification and its handler, joined.
 *
 * @module
 */
import assert from "node:assert/strict";
import { defineCommand } from "../../../lib/cli/command.ts";
import { fakeHost } from "../../support/fake_host.ts";

const GREET = defineCommand({
  summary: "Greet",
  positionals: [{ name: "WHO", repeats: true }],
  flags: {
    times: {
      type: "number",
      long: "times",
      default: 1,
      description: "How often",
    },
    loud: {
      type: "boolean",
      long: "loud",
      words: ["loud"],
      description: "Shout",
    },
  },
}, ({ options: { times, loud }, positionals }, { stdout }) => {
  const greeting = `hello ${positionals.join(" and ")}`.repeat(times);
  stdout.write(loud ? greeting.toUpperCase() : greeting);
  return positionals.length;
});

Deno.test("execute() gives the handler typed options and returns its status", async () => {
  const host = fakeHost();
  const args = ["--loud", "--times=2", "a", "b"];
  assert.equal(await GREET.execute("greet", args, host), 2);
  assert.equal(host.out(), "HELLO A AND BHELLO A AND B");
  assert.equal(host.err(), "");
});

Deno.test("execute() writes hints to stderr before the handler runs", async () => {
  const host = fakeHost();
  await GREET.execute("greet", ["-loud", "a"], host);
  assert.equal(
    host.err(),
    "tsdocker: -loud is accepted; the usual spelling is --loud\n",
  );
});

Deno.test("execute() asks for help instead of running the handler", async () => {
  const host = fakeHost();
  assert.equal(await GREET.execute("greet", ["--help"], host), "help");
  assert.equal(host.out(), "");
});

Deno.test("execute() rejects wrong arguments under the name it was called by", async () => {
  await assert.rejects(
    GREET.execute("party greet", [], fakeHost()),
    /"tsdocker party greet" requires at least 1 argument\./,
  );
});
