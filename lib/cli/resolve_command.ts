/**
 * Finds the command that the words of a command line call.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";
import { type CommandEntry, GROUPS } from "./command_table.ts";
import { suggest } from "./suggest.ts";

/** What the words of a command line turned out to be. */
export type Resolution =
  | {
    readonly kind: "command";
    readonly entry: CommandEntry;
    /** The name that was used, such as `container ls`. */
    readonly name: string;
    /** The words after it. */
    readonly args: readonly string[];
  }
  | {
    readonly kind: "group";
    readonly group: string;
    readonly args: readonly string[];
  };

/**
 * Finds the command that words call.
 *
 * @param words At least one: the name, of one word or two, and its arguments.
 * @param commands All commands.
 * @throws {UsageError} If there is no such command, with the nearest one.
 */
export function resolveCommand(
  words: readonly [string, ...string[]],
  commands: readonly CommandEntry[],
): Resolution {
  const [first, second] = words;
  const byName = (name: string): CommandEntry | undefined =>
    commands.find((entry) =>
      entry.name === name || entry.aliases.includes(name)
    );
  const single = byName(first);
  if (single !== undefined) {
    return {
      kind: "command",
      entry: single,
      name: first,
      args: words.slice(1),
    };
  }
  if (!Object.hasOwn(GROUPS, first)) throw unknownCommand(first, commands);
  if (second === undefined || second.startsWith("-")) {
    return { kind: "group", group: first, args: words.slice(1) };
  }
  const name = `${first} ${second}`;
  const entry = byName(name);
  if (entry === undefined) throw unknownCommand(name, commands);
  return { kind: "command", entry, name, args: words.slice(2) };
}

function unknownCommand(
  name: string,
  commands: readonly CommandEntry[],
): UsageError {
  const names = commands.flatMap(({ name, aliases, hidden }) =>
    hidden ? [] : [name, ...aliases]
  );
  const nearest = suggest(name, names);
  return new UsageError(
    `'${name}' is not a tsdocker command.`,
    nearest === undefined ? {} : { advice: `tsdocker ${nearest}` },
  );
}
