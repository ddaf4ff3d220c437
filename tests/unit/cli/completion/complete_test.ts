/**
 * Words are completed wherever the cursor is.
 *
 * @module
 */
import assert from "node:assert/strict";
import { defineCommand } from "../../../../lib/cli/command.ts";
import {
  type CommandEntry,
  COMMANDS,
  GROUPS,
} from "../../../../lib/cli/command_table.ts";
import { complete } from "../../../../lib/cli/completion/complete.ts";
import {
  type OfferSources,
  plainWords,
} from "../../../../lib/cli/completion/offers.ts";
import { GLOBAL_FLAGS } from "../../../../lib/cli/global_flags.ts";

const RUN = defineCommand({
  summary: "Run",
  positionals: [{ name: "IMAGE" }, {
    name: "COMMAND",
    optional: true,
    repeats: true,
  }],
  stopsAtPositional: true,
  flags: {
    log: {
      type: "string",
      long: "log",
      choices: ["all", "none"],
      description: "What to log",
    },
    file: { type: "string", long: "env-file", short: "e", description: "" },
    name: { type: "string", long: "name", description: "" },
    from: { type: "list", long: "volumes-from", description: "" },
    volume: { type: "list", long: "volume", short: "v", description: "" },
    networks: {
      type: "list",
      long: "network",
      aliases: ["net"],
      description: "",
    },
    secret: { type: "boolean", long: "secret", hidden: true, description: "" },
  },
}, () => 0);
const RM = defineCommand({
  summary: "Remove",
  positionals: [{ name: "CONTAINER", repeats: true }],
  flags: { force: { type: "boolean", long: "force", description: "" } },
}, () => 0);
const VOLUME_RM = defineCommand({
  summary: "Remove volumes",
  positionals: [{ name: "VOLUME", repeats: true }],
  flags: {},
}, () => 0);
const NETWORK_RM = defineCommand({
  summary: "Remove networks",
  positionals: [{ name: "NETWORK", repeats: true }],
  flags: {},
}, () => 0);
const HELP = defineCommand({
  summary: "Help",
  positionals: [{ name: "COMMAND", optional: true, repeats: true }],
  flags: {},
}, () => 0);

function entry(
  name: string,
  command: typeof RUN,
  rest: Partial<CommandEntry> = {},
): CommandEntry {
  return { name, aliases: [], load: () => Promise.resolve(command), ...rest };
}

const SOURCES: OfferSources = {
  commands: [
    entry("run", RUN),
    entry("rm", RM, { aliases: ["box rm"] }),
    entry("box prune", HELP),
    entry("volume rm", VOLUME_RM),
    entry("network rm", NETWORK_RM),
    entry("help", HELP),
    entry("init", HELP, { hidden: true }),
  ],
  groups: { box: "Boxes", volume: "Volumes", network: "Networks" },
  globalFlags: GLOBAL_FLAGS,
  containers: () => plainWords(["web", "db"]),
  images: () => plainWords(["busybox"]),
  volumes: () => plainWords(["data", "old"]),
  networks: () => plainWords(["bridge", "blue"]),
};

/** Words in a line, the last one possibly empty; what is offered, in a line. */
async function offered(line: string): Promise<string> {
  const { candidates, files } = await complete(line.split(" "), SOURCES);
  const words = candidates.map(({ word }) => word);
  return [...words, ...files ? ["FILES"] : []].join(" ");
}

const LINES: Readonly<Record<string, string>> = {
  "": "run rm help box volume network",
  "r": "run rm",
  "x": "",
  "x ": "",
  "--log": "--log-level",
  "--log-level ": "debug info warn error",
  "--log-level=w": "--log-level=warn",
  "--root ": "FILES",
  "--root /x r": "run rm",
  "box ": "rm prune",
  "box rm ": "web db",
  "box nosuch ": "",
  "run ": "busybox FILES",
  "run --": "--log --env-file --name --volumes-from --volume --network --help",
  "run -v d": "data FILES",
  "volume rm data ": "data old",
  "run --network ": "bridge blue",
  "run --net bl": "blue",
  "network rm b": "bridge blue",
  "run --log ": "all none",
  "run --log = n": "none",
  "run --log=n": "--log=none",
  "run --nosuch=n": "",
  "run -e ": "FILES",
  "run --name ": "",
  "run --volumes-from d": "db",
  "run --name a b": "busybox FILES",
  "run busybox --": "FILES",
  "run busybox ": "FILES",
  "rm ": "web db",
  "rm web ": "web db",
  "rm web --f": "--force",
  "rm -- --f": "",
  "--debug rm w": "web",
  "help r": "run rm",
  "help run ": "run rm help box volume network",
};

for (const [line, expected] of Object.entries(LINES)) {
  Deno.test(`complete() after "${line}" offers "${expected}"`, async () => {
    assert.equal(await offered(line), expected);
  });
}

Deno.test("complete() describes what it offers", async () => {
  const { candidates } = await complete(["r"], SOURCES);
  assert.deepEqual(candidates, [
    { word: "run", about: "Run" },
    { word: "rm", about: "Remove" },
  ]);
});

Deno.test("complete() knows every command and flag there is", async () => {
  const sources = { ...SOURCES, commands: COMMANDS, groups: GROUPS };
  for (const { name, hidden, load } of COMMANDS) {
    if (hidden) continue;
    const words = name.split(" ");
    const { candidates } = await complete([...words, "--"], sources);
    const { flags } = (await load()).spec;
    const listed = Object.values(flags).filter(({ hidden }) => !hidden);
    assert.equal(candidates.length, listed.length + 1, name);
    const named = await complete(words, sources);
    assert.ok(named.candidates.some(({ word }) => word === words.at(-1)), name);
  }
});
