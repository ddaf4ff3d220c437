/**
 * Help pages, letter for letter.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { CommandSpec } from "../../../lib/cli/command.ts";
import { commandHelp, overviewHelp } from "../../../lib/cli/help.ts";

const SPEC: CommandSpec = {
  summary: "Create and run a container",
  positionals: [{ name: "IMAGE" }, {
    name: "ARG",
    optional: true,
    repeats: true,
  }],
  flags: {
    tty: {
      type: "boolean",
      long: "tty",
      short: "t",
      description: "Give it a terminal",
    },
    env: {
      type: "list",
      long: "env",
      short: "e",
      description: "Set variables",
    },
    name: { type: "string", long: "name", description: "Name the container" },
    last: {
      type: "number",
      long: "last",
      short: "n",
      default: -1,
      description: "Show n",
    },
    pull: {
      type: "string",
      long: "pull",
      placeholder: "policy",
      default: "missing",
      description: "When to pull",
    },
    explain: {
      type: "string",
      long: "explain",
      placeholder: "format",
      implied: "text",
      section: "Tracing",
      description:
        "Show each step with its result and the time it took while the container is made",
    },
    secret: {
      type: "boolean",
      long: "secret",
      hidden: true,
      description: "Not shown",
    },
  },
};

Deno.test("commandHelp() lists usage, aliases and flags in two columns", () => {
  assert.equal(
    commandHelp({ name: "run", aliases: ["container run"] }, SPEC),
    `Usage:  tsdocker run [OPTIONS] IMAGE [ARG...]

Create and run a container

Aliases:
  tsdocker run, tsdocker container run

Options:
  -e, --env list      Set variables
      --help          Print this help
  -n, --last int      Show n (default -1)
      --name string   Name the container
      --pull policy   When to pull (default "missing")
  -t, --tty           Give it a terminal

Tracing:
      --explain[=format]   Show each step with its result and the time it took
                           while the container is made
`,
  );
});

Deno.test("commandHelp() of a command without flags has none in its usage", () => {
  assert.equal(
    commandHelp({ name: "true", aliases: [] }, {
      summary: "Do nothing",
      description: "First paragraph.\n\nSecond\nparagraph.",
      positionals: [],
      flags: {},
      examples: [{ line: "true", purpose: "does nothing" }],
    }),
    `Usage:  tsdocker true

Do nothing

First paragraph.

Second paragraph.

Options:
      --help   Print this help

Examples:
  tsdocker true
      does nothing
`,
  );
});

Deno.test("commandHelp() gives a long flag a line of its own", () => {
  const help = commandHelp({ name: "x", aliases: [] }, {
    summary: "Do it",
    positionals: [],
    flags: {
      long: {
        type: "string",
        long: "a-flag-with-a-very-long-name",
        description: "Says a lot",
      },
      short: { type: "boolean", long: "all", description: "All" },
    },
  });
  assert.match(help, /^ {6}--a-flag-with-a-very-long-name string\n {13}/m);
  assert.match(help, /^ {6}--all +All$/m);
});

Deno.test("commandHelp() never exceeds 80 columns where words allow it", () => {
  const words = "several words that go on and on ".repeat(12).trim();
  const help = commandHelp({ name: "x", aliases: [] }, {
    summary: words,
    description: words,
    positionals: [],
    flags: { all: { type: "boolean", long: "all", description: words } },
  });
  for (const line of help.split("\n")) assert.ok(line.length <= 80, line);
});

Deno.test("overviewHelp() lists commands, groups and global flags", () => {
  assert.equal(
    overviewHelp({
      summary: "A container engine",
      lists: [
        { heading: "Commands", entries: [["ps", "List"], ["run", "Run"]] },
        { heading: "Nothing", entries: [] },
      ],
      flags: {
        debug: {
          type: "boolean",
          long: "debug",
          short: "D",
          description: "Say more",
        },
      },
    }),
    `Usage:  tsdocker [OPTIONS] COMMAND

A container engine

Commands:
  ps    List
  run   Run

Options:
  -D, --debug   Say more
      --help    Print this help

Run 'tsdocker COMMAND --help' for more information on a command.
`,
  );
});

Deno.test("overviewHelp() of a group names the group", () => {
  assert.equal(
    overviewHelp({
      group: "container",
      summary: "Manage containers",
      lists: [{ heading: "Commands", entries: [["ls", "List containers"]] }],
    }),
    `Usage:  tsdocker container COMMAND

Manage containers

Commands:
  ls   List containers

Run 'tsdocker container COMMAND --help' for more information on a command.
`,
  );
});
