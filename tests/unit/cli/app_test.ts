/**
 * From arguments to exit status, with commands of our own making.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  ConflictError,
  NotFoundError,
  StartError,
  UsageError,
} from "../../../lib/base/errors.ts";
import { main } from "../../../lib/cli/app.ts";
import { defineCommand } from "../../../lib/cli/command.ts";
import type { CommandEntry } from "../../../lib/cli/command_table.ts";
import type { CommandContext } from "../../../lib/cli/context.ts";
import { ExitError, OutputClosedError } from "../../../lib/cli/errors.ts";
import { type FakeHost, fakeHost } from "../../support/fake_host.ts";

/** Does whatever its positionals ask for. */
function act(word: string | undefined, context: CommandContext): number {
  switch (word) {
    case undefined:
      return 0;
    case "usage":
      throw new UsageError("that is wrong", { advice: "this" });
    case "missing":
      throw new NotFoundError('No such container: "web"');
    case "caused":
      throw new ConflictError("Cannot claim it", {
        advice: "another name",
        cause: new Error("it is taken", { cause: "by web" }),
      });
    case "not-found":
    case "not-executable":
    case "setup":
      throw new StartError(word, `Cannot start: ${word}`);
    case "bug":
      throw new TypeError("x is not a function");
    case "hostile":
      throw new NotFoundError("\x1b[2J\nroot#");
    case "string":
      throw "thrown text";
    case "tty":
      throw new ExitError(1, "the input device is not a TTY");
    case "closed":
      context.stdout.write("text");
      throw new OutputClosedError("gone");
    case "report":
      context.report(new NotFoundError("one of several"));
      return 1;
    case "log":
      context.log.debug("at debug");
      context.log.info("at info");
      context.log.warn("at warn");
      return 0;
    case "paths":
      context.stdout.write(`${context.paths.root} ${context.paths.runRoot}`);
      return 0;
    default:
      return Number(word);
  }
}

function entry(
  name: string,
  failureStatus: number,
  alias: string,
): CommandEntry {
  const command = defineCommand({
    summary: `Do ${name}`,
    positionals: [{ name: "WORD", optional: true }],
    failureStatus,
    flags: {
      quiet: {
        type: "boolean",
        long: "quiet",
        short: "q",
        words: ["quiet"],
        description: "Say less",
      },
    },
  }, ({ positionals }, context) => act(positionals[0], context));
  return { name, aliases: [alias], load: () => Promise.resolve(command) };
}

const COMMANDS = [
  entry("run", 125, "container run"),
  entry("stop", 1, "container stop"),
  { ...entry("secret", 1, "container secret"), hidden: true } as const,
  {
    name: "broken",
    aliases: [],
    load: () => Promise.reject(new Error("Cannot load it")),
  },
];

interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function run(
  line: string,
  host: FakeHost = fakeHost(),
): Promise<Outcome> {
  const args = line === "" ? [] : line.split(" ");
  const status = await main(args, host, COMMANDS);
  return { status, out: host.out(), err: host.err() };
}

const OUTCOMES: readonly (readonly [string, Outcome])[] = [
  ["stop", { status: 0, out: "", err: "" }],
  ["run 7", { status: 7, out: "", err: "" }],
  ["container run 137", { status: 137, out: "", err: "" }],
  ["stop missing", {
    status: 1,
    out: "",
    err: 'tsdocker: No such container: "web"\n',
  }],
  ["run missing", {
    status: 125,
    out: "",
    err: 'tsdocker: No such container: "web"\n',
  }],
  ["run not-found", {
    status: 127,
    out: "",
    err: "tsdocker: Cannot start: not-found\n",
  }],
  ["run not-executable", {
    status: 126,
    out: "",
    err: "tsdocker: Cannot start: not-executable\n",
  }],
  ["run setup", {
    status: 125,
    out: "",
    err: "tsdocker: Cannot start: setup\n",
  }],
  ["run tty", {
    status: 1,
    out: "",
    err: "tsdocker: the input device is not a TTY\n",
  }],
  ["stop caused", {
    status: 1,
    out: "",
    err: "tsdocker: Cannot claim it\n\ntry: another name\n",
  }],
  ["run usage", {
    status: 125,
    out: "",
    err: "tsdocker: that is wrong\n\ntry: this\nSee 'tsdocker run --help'.\n",
  }],
  ["container stop a b", {
    status: 1,
    out: "",
    err:
      "tsdocker: \"tsdocker container stop\" requires at most 1 argument.\nSee 'tsdocker container stop --help'.\n",
  }],
  ["run --quite", {
    status: 125,
    out: "",
    err:
      "tsdocker: unknown flag: --quite\n\ntry: --quiet\nSee 'tsdocker run --help'.\n",
  }],
  ["run -quiet 3", {
    status: 3,
    out: "",
    err: "tsdocker: -quiet is accepted; the usual spelling is --quiet\n",
  }],
  ["run bug", {
    status: 125,
    out: "",
    err:
      "tsdocker: Internal error: x is not a function (--debug shows where)\n",
  }],
  ["run hostile", {
    status: 125,
    out: "",
    err: "tsdocker: \\x1b[2J\\nroot#\n",
  }],
  ["run string", { status: 125, out: "", err: "tsdocker: thrown text\n" }],
  ["run closed", { status: 141, out: "text", err: "" }],
  ["stop report", {
    status: 1,
    out: "",
    err: "tsdocker: one of several\n",
  }],
  ["broken", { status: 1, out: "", err: "tsdocker: Cannot load it\n" }],
  ["stpo", {
    status: 1,
    out: "",
    err:
      "tsdocker: 'stpo' is not a tsdocker command.\n\ntry: tsdocker stop\nSee 'tsdocker --help'.\n",
  }],
  ["secrte", {
    status: 1,
    out: "",
    err:
      "tsdocker: 'secrte' is not a tsdocker command.\nSee 'tsdocker --help'.\n",
  }],
  ["secret 5", { status: 5, out: "", err: "" }],
  ["frobnicate -x", {
    status: 1,
    out: "",
    err:
      "tsdocker: 'frobnicate' is not a tsdocker command.\nSee 'tsdocker --help'.\n",
  }],
  ["container stpo", {
    status: 1,
    out: "",
    err:
      "tsdocker: 'container stpo' is not a tsdocker command.\n\ntry: tsdocker container stop\nSee 'tsdocker --help'.\n",
  }],
  ["--nosuch run", {
    status: 125,
    out: "",
    err: "tsdocker: unknown flag: --nosuch\nSee 'tsdocker --help'.\n",
  }],
  ["--root", {
    status: 125,
    out: "",
    err: "tsdocker: flag needs an argument: --root\nSee 'tsdocker --help'.\n",
  }],
  ["--root= run", {
    status: 125,
    out: "",
    err:
      'tsdocker: invalid argument "" for "--root" flag: must be a directory\nSee \'tsdocker run --help\'.\n',
  }],
  ["run paths", {
    status: 0,
    out: "/var/lib/tsdocker /run/tsdocker",
    err: "",
  }],
  ["--root sub --run-root=/tmp/r run paths", {
    status: 0,
    out: "/here/sub /tmp/r",
    err: "",
  }],
  ["run log", {
    status: 0,
    out: "",
    err: "tsdocker: at info\ntsdocker: warning: at warn\n",
  }],
  ["-l warn run log", {
    status: 0,
    out: "",
    err: "tsdocker: warning: at warn\n",
  }],
  ["-D run log", {
    status: 0,
    out: "",
    err:
      "tsdocker: debug: at debug\ntsdocker: at info\ntsdocker: warning: at warn\n",
  }],
];

for (const [line, outcome] of OUTCOMES) {
  Deno.test(`main() of "${line}" ends with ${outcome.status}`, async () => {
    assert.deepEqual(await run(line), outcome);
  });
}

for (const line of ["", "--help", "-h", "-D", "--help run"]) {
  Deno.test(`main() of "${line}" prints the front page`, async () => {
    const whole = COMMANDS.slice(0, 3);
    const host = fakeHost();
    const status = await main(line === "" ? [] : line.split(" "), host, whole);
    assert.equal(status, 0);
    assert.equal(host.err(), "");
    assert.match(host.out(), /^Usage: {2}tsdocker \[OPTIONS\] COMMAND$/m);
    assert.match(host.out(), /^ {2}run {4}Do run$/m);
    assert.match(host.out(), /^ {2}container {3}Manage containers$/m);
    assert.match(host.out(), /^ {6}--run-root dir/m);
    assert.doesNotMatch(host.out(), /secret/);
  });
}

for (const line of ["run --help", "run -h", "run -q --help x y z"]) {
  Deno.test(`main() of "${line}" prints the command's page`, async () => {
    const { status, out, err } = await run(line);
    assert.deepEqual([status, err], [0, ""]);
    assert.match(out, /^Usage: {2}tsdocker run \[OPTIONS\] \[WORD\]$/m);
    assert.match(out, /^ {2}tsdocker run, tsdocker container run$/m);
  });
}

Deno.test("main() names the command in its page as it was called", async () => {
  const { out } = await run("container run --help");
  assert.match(out, /^Usage: {2}tsdocker container run \[OPTIONS\]/m);
  assert.match(out, /^ {2}tsdocker container run, tsdocker run$/m);
});

for (const line of ["container", "container --help"]) {
  Deno.test(`main() of "${line}" prints the group's page`, async () => {
    const host = fakeHost();
    const commands = COMMANDS.slice(0, 3);
    assert.equal(await main(line.split(" "), host, commands), 0);
    assert.match(host.out(), /^Usage: {2}tsdocker container COMMAND$/m);
    assert.match(host.out(), /^ {2}stop {3}Do stop$/m);
    assert.doesNotMatch(host.out(), /secret/);
  });
}

for (const line of ["--version", "-v"]) {
  Deno.test(`main() of "${line}" prints one line`, async () => {
    const { status, out } = await run(line);
    assert.equal(status, 0);
    assert.match(out, /^tsdocker version \d+\.\d+\.\d+\S*, build \S+\n$/);
  });
}

Deno.test("main() shows the chain of causes with --debug only", async () => {
  const quiet = await run("stop caused");
  assert.doesNotMatch(quiet.err, /taken|at act/);
  const loud = await run("--debug stop caused");
  assert.equal(loud.status, 1);
  assert.match(
    loud.err,
    /^tsdocker: Cannot claim it\n\ntry: another name\n\nConflictError: Cannot claim it\n +at act /,
  );
  assert.match(loud.err, /\nCaused by: Error: it is taken\n +at act /);
  assert.match(loud.err, /\nCaused by: by web\n$/);
});

Deno.test("main() ends quietly when stdout is closed while it prints help", async () => {
  const host = fakeHost({
    stdout: {
      write(): void {
        throw new OutputClosedError("gone");
      },
    },
  });
  assert.equal(await main(["run", "--help"], host, COMMANDS), 141);
  assert.equal(host.err(), "");
});
