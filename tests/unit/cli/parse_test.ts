/**
 * Argument parsing: docker's habits, the small engines' spellings, and the
 * texts of what is refused.
 *
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../lib/base/errors.ts";
import type { FlagTable } from "../../../lib/cli/flag.ts";
import {
  parseArguments,
  type ParsedArguments,
} from "../../../lib/cli/parse.ts";

const FLAGS = {
  interactive: {
    type: "boolean",
    long: "interactive",
    short: "i",
    description: "",
  },
  tty: { type: "boolean", long: "tty", short: "t", description: "" },
  detach: { type: "boolean", long: "detach", short: "d", description: "" },
  autoRemove: { type: "boolean", long: "rm", description: "" },
  sigProxy: { type: "boolean", long: "sig-proxy", description: "" },
  memory: { type: "string", long: "memory", short: "m", description: "" },
  name: { type: "string", long: "name", words: ["name"], description: "" },
  hostname: { type: "string", long: "hostname", short: "h", description: "" },
  network: {
    type: "string",
    long: "network",
    aliases: ["net"],
    words: ["net"],
    default: "none",
    description: "",
  },
  pull: {
    type: "string",
    long: "pull",
    choices: ["missing", "always", "never"],
    description: "",
  },
  explain: {
    type: "string",
    long: "explain",
    choices: ["text", "json"],
    implied: "text",
    description: "",
  },
  env: { type: "list", long: "env", short: "e", description: "" },
  last: {
    type: "number",
    long: "last",
    short: "n",
    default: -1,
    description: "",
  },
} as const satisfies FlagTable;

const POSITIONALS = [
  { name: "IMAGE" },
  { name: "ARG", optional: true, repeats: true },
] as const;

const RUN = {
  flags: FLAGS,
  positionals: POSITIONALS,
  stopsAtPositional: true,
} as const;

function parse(line: string): ParsedArguments<typeof FLAGS> {
  return parseArguments(RUN, "run", line.split(" "));
}

/** The options that differ from those of a bare `run img`. */
function changed(line: string): Record<string, unknown> {
  const bare: Record<string, unknown> = { ...parse("img").options };
  return Object.fromEntries(
    Object.entries(parse(line).options).filter(([key, value]) =>
      JSON.stringify(value) !== JSON.stringify(bare[key])
    ),
  );
}

Deno.test("parseArguments() gives booleans, lists and defaults a value always", () => {
  assert.deepEqual(parse("img"), {
    options: {
      interactive: false,
      tty: false,
      detach: false,
      autoRemove: false,
      sigProxy: false,
      network: "none",
      env: [],
      last: -1,
    },
    positionals: ["img"],
    help: false,
    hints: [],
  });
});

Deno.test("parseArguments() infers the type of each option", () => {
  const { options } = parse("img");
  const tty: boolean = options.tty;
  const env: readonly string[] = options.env;
  const last: number = options.last;
  const network: string = options.network;
  const name: string | undefined = options.name;
  const pull: "missing" | "always" | "never" | undefined = options.pull;
  // @ts-expect-error A flag without a default may be absent.
  const surely: string = options.name;
  // @ts-expect-error There is no such flag.
  const absent: unknown = options.nosuch;
  assert.deepEqual(
    [tty, env, last, network, name, pull, surely, absent],
    [false, [], -1, "none", undefined, undefined, undefined, undefined],
  );
});

const SPELLINGS: readonly (readonly [string, Record<string, unknown>])[] = [
  ["--memory=64m img", { memory: "64m" }],
  ["--memory 64m img", { memory: "64m" }],
  ["-m64m img", { memory: "64m" }],
  ["-m=64m img", { memory: "64m" }],
  ["-m 64m img", { memory: "64m" }],
  ["--memory= img", { memory: "" }],
  ["-m= img", { memory: "" }],
  ["-it img", { interactive: true, tty: true }],
  ["-ti img", { interactive: true, tty: true }],
  ["-itd img", { interactive: true, tty: true, detach: true }],
  ["-i -t img", { interactive: true, tty: true }],
  ["-itm64m img", { interactive: true, tty: true, memory: "64m" }],
  ["-itm 64m img", { interactive: true, tty: true, memory: "64m" }],
  ["-i=false img", {}],
  ["-it=false img", { interactive: true }],
  ["--rm img", { autoRemove: true }],
  ["--rm=true img", { autoRemove: true }],
  ["--rm=1 img", { autoRemove: true }],
  ["--rm --rm=false img", {}],
  ["--sig-proxy=false img", {}],
  ["--name a --name b img", { name: "b" }],
  ["--name a=b=c img", { name: "a=b=c" }],
  ["--name=a=b=c img", { name: "a=b=c" }],
  ["--name -x img", { name: "-x" }],
  ["--name=-x img", { name: "-x" }],
  ["--name -- img", { name: "--" }],
  ["-e -x img", { env: ["-x"] }],
  ["-e A=1 --env B=2 -eC=3 -e=D --env=E= img", {
    env: ["A=1", "B=2", "C=3", "D", "E="],
  }],
  ["--net host img", { network: "host" }],
  ["--pull always img", { pull: "always" }],
  ["--explain img", { explain: "text" }],
  ["--explain=json img", { explain: "json" }],
  ["-n 3 img", { last: 3 }],
  ["-n3 img", { last: 3 }],
  ["--last=-1 img", {}],
  ["-h box img", { hostname: "box" }],
];

for (const [line, expected] of SPELLINGS) {
  Deno.test(`parseArguments() understands ${line}`, () => {
    assert.deepEqual(changed(line), expected);
    assert.deepEqual(parse(line).positionals, ["img"]);
  });
}

Deno.test("parseArguments() leaves everything after the first positional alone", () => {
  const parsed = parse("-i img -t --rm -- --help -h x");
  assert.deepEqual(parsed.positionals, [
    ..."img -t --rm -- --help -h x".split(" "),
  ]);
  assert.ok(!parsed.options.tty);
  assert.ok(!parsed.help);
});

Deno.test("parseArguments() drops a -- before the first positional only", () => {
  assert.deepEqual(parse("-- img cmd").positionals, ["img", "cmd"]);
  assert.deepEqual(parse("-- -img -t").positionals, ["-img", "-t"]);
  assert.deepEqual(parse("img -- true").positionals, ["img", "--", "true"]);
});

Deno.test("parseArguments() keeps values with spaces and empty words whole", () => {
  const parsed = parseArguments(RUN, "run", ["-e", "A=x y", "img", "", "a b"]);
  assert.deepEqual(parsed.options.env, ["A=x y"]);
  assert.deepEqual(parsed.positionals, ["img", "", "a b"]);
});

Deno.test("parseArguments() takes flags after positionals where nothing stops it", () => {
  const spec = { flags: FLAGS, positionals: POSITIONALS };
  const parsed = parseArguments(spec, "rm", ["a", "-i", "b", "--", "-t"]);
  assert.ok(parsed.options.interactive);
  assert.ok(!parsed.options.tty);
  assert.deepEqual(parsed.positionals, ["a", "b", "-t"]);
});

Deno.test("parseArguments() takes a lone dash as a positional", () => {
  assert.deepEqual(parse("-i - x").positionals, ["-", "x"]);
});

Deno.test("parseArguments() accepts the small engines' words with a hint", () => {
  const parsed = parse("-ti -name web -net=host -name db img");
  assert.deepEqual(parsed.options.name, "db");
  assert.deepEqual(parsed.options.network, "host");
  assert.deepEqual(parsed.hints, [
    "tsdocker: -name is accepted; the usual spelling is --name",
    "tsdocker: -net is accepted; the usual spelling is --network",
  ]);
});

Deno.test("parseArguments() still reads -n3 where -name is a word", () => {
  assert.deepEqual(changed("-n3 img"), { last: 3 });
});

Deno.test("parseArguments() ends at a call for help, whatever is missing", () => {
  assert.ok(parse("--help").help);
  assert.ok(parse("-i --help --nosuch").help);
  const spec = { flags: { quiet: { ...FLAGS.tty } }, positionals: POSITIONALS };
  assert.ok(parseArguments(spec, "ps", ["-h"]).help);
  assert.ok(parseArguments(spec, "ps", ["-th"]).help);
});

const REFUSALS: readonly (readonly [string, string, string?])[] = [
  ["--foo img", "unknown flag: --foo"],
  ["--foo=1 img", "unknown flag: --foo"],
  ["--nmae web img", "unknown flag: --nmae", "--name"],
  ["--hepl", "unknown flag: --hepl", "--help"],
  ["-z img", "unknown shorthand flag: 'z' in -z"],
  ["-itz img", "unknown shorthand flag: 'z' in -itz"],
  [
    "-nmae web img",
    'invalid argument "mae" for "-n, --last" flag: must be a whole number',
  ],
  ["--name", "flag needs an argument: --name"],
  ["-name", "flag needs an argument: -name"],
  ["-im", "flag needs an argument: 'm' in -im"],
  ["-h", "flag needs an argument: 'h' in -h"],
  ["--=x img", "bad flag syntax: --=x"],
  ["---rm img", "bad flag syntax: ---rm"],
  [
    "--rm=maybe img",
    'invalid argument "maybe" for "--rm" flag: must be true or false',
  ],
  [
    "-i=2 img",
    'invalid argument "2" for "-i, --interactive" flag: must be true or false',
  ],
  [
    "-n x img",
    'invalid argument "x" for "-n, --last" flag: must be a whole number',
  ],
  [
    "--pull x img",
    'invalid argument "x" for "--pull" flag: must be missing, always or never',
  ],
  [
    "--explain=xml img",
    'invalid argument "xml" for "--explain" flag: must be text or json',
  ],
  ["-i", '"tsdocker run" requires at least 1 argument.'],
];

for (const [line, message, advice] of REFUSALS) {
  Deno.test(`parseArguments() refuses ${line}`, () => {
    assert.throws(
      () => parse(line),
      (error) =>
        error instanceof UsageError && error.message === message &&
        (error.advice === advice || assert.fail(`advice: ${error.advice}`)),
    );
  });
}

Deno.test("parseArguments() keeps lists of two parses apart", () => {
  parse("-e A=1 img");
  assert.deepEqual(parse("-e B=2 img").options.env, ["B=2"]);
});
