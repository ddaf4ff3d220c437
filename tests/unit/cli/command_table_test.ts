/**
 * The real commands: that their names are found, and that their data keeps
 * the house rules.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { CommandSpec } from "../../../lib/cli/command.ts";
import { COMMANDS, GROUPS } from "../../../lib/cli/command_table.ts";
import { resolveCommand } from "../../../lib/cli/resolve_command.ts";
import { type FlagSpec, needsValue } from "../../../lib/cli/flag.ts";
import { GLOBAL_FLAGS } from "../../../lib/cli/global_flags.ts";

const RESOLVED: readonly (readonly [string, string, string, string])[] = [
  ["run img -x", "run", "run", "img -x"],
  ["container run img", "run", "container run", "img"],
  ["ps -a", "ps", "ps", "-a"],
  ["container ls", "ps", "container ls", ""],
  ["container list -q", "ps", "container list", "-q"],
  ["container ps", "ps", "container ps", ""],
  ["container rm a", "rm", "container rm", "a"],
  ["container remove a b", "rm", "container remove", "a b"],
  ["version", "version", "version", ""],
];

for (const [line, command, name, rest] of RESOLVED) {
  Deno.test(`resolveCommand() takes "${line}" for ${command}`, () => {
    const [first = "", ...more] = line.split(" ");
    const found = resolveCommand([first, ...more], COMMANDS);
    assert.ok(found.kind === "command");
    assert.equal(found.entry.name, command);
    assert.equal(found.name, name);
    assert.equal(found.args.join(" "), rest);
  });
}

Deno.test("resolveCommand() takes a group alone, or with a flag, for its page", () => {
  for (const args of [[], ["--help"]]) {
    assert.deepEqual(resolveCommand(["container", ...args], COMMANDS), {
      kind: "group",
      group: "container",
      args,
    });
  }
});

for (
  const line of ["toString", "constructor", "", "ls", "container toString"]
) {
  Deno.test(`resolveCommand() knows no command "${line}"`, () => {
    const [first = "", ...more] = line.split(" ");
    assert.throws(
      () => resolveCommand([first, ...more], COMMANDS),
      /^UsageError: '.*' is not a tsdocker command\.$/,
    );
  });
}

Deno.test("names and aliases of commands are distinct", () => {
  const names = COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases]);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) {
    const [group = "", member] = name.split(" ");
    assert.match(name, /^[a-z]+( [a-z]+)?$/);
    assert.equal(Object.hasOwn(GROUPS, group), member !== undefined, name);
  }
});

function assertOneLine(text: string): void {
  assert.match(text, /^[A-Z-][^\n]*[^.\n]$/, text);
}

function assertFlags(flags: readonly FlagSpec[]): void {
  const longs = flags.flatMap(({ long, aliases }) => [long, ...aliases ?? []]);
  const shorts = flags.flatMap(({ short }) => short ?? []);
  assert.equal(new Set(longs).size, longs.length, "long names differ");
  assert.equal(new Set(shorts).size, shorts.length, "short names differ");
  assert.ok(!longs.includes("help"), "--help is everywhere already");
  for (const flag of flags) {
    assert.match(flag.long, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    assertOneLine(flag.description);
    if (flag.short !== undefined) assert.match(flag.short, /^[a-zA-Z]$/);
    for (const word of flag.words ?? []) {
      assert.ok(word.length > 1);
      const first = flags.find(({ short }) => short === word.slice(0, 1));
      assert.ok(
        first === undefined || needsValue(first),
        `-${word} must not hide a bundle that begins with -${word.slice(0, 1)}`,
      );
    }
  }
}

function assertSpec(spec: CommandSpec): void {
  assertOneLine(spec.summary);
  assertFlags(Object.values(spec.flags));
  const { positionals } = spec;
  positionals.forEach((positional, index) => {
    // Of several kinds: `FILE|URL|-`; with a part that may be left out.
    assert.match(positional.name, /^[A-Z]+(?:\|[A-Z-]+|\[:[A-Z]+\])*$/);
    const isLast = index === positionals.length - 1;
    assert.ok(isLast || !positional.repeats, "only the last repeats");
    assert.ok(
      isLast || !positional.optional || positionals[index + 1]?.optional,
      "nothing required follows something optional",
    );
  });
}

for (const entry of COMMANDS) {
  Deno.test(`the data of ${entry.name} keep the house rules`, async () => {
    assertSpec((await entry.load()).spec);
  });
}

Deno.test("the global flags keep the house rules", () => {
  assertFlags(Object.values(GLOBAL_FLAGS));
});
