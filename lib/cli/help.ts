/**
 * Help from the data that also makes the parser: one command's page, a group's
 * page, and the front page. docs/cli.md is made of the same text.
 *
 * @module
 */
import type { CommandSpec } from "./command.ts";
import { type FlagSpec, type FlagTable, needsValue } from "./flag.ts";
import { positionalUsage } from "./positionals.ts";

/** How a command is called. */
export interface CommandNames {
  /** What follows `tsdocker`, such as `run`. */
  readonly name: string;
  /** Other names, such as `container run`. */
  readonly aliases: readonly string[];
}

/** A line of a two-column list. */
type Entry = readonly [term: string, text: string];

/** A headed list of commands. */
export interface CommandList {
  /** The heading, without a colon. */
  readonly heading: string;
  /** Names and summaries. */
  readonly entries: readonly (readonly [name: string, summary: string])[];
}

const COLUMNS = 80;
/** A longer term gets a line of its own. */
const WIDEST_TERM = 29;
const DEFAULT_SECTION = "Options";
const HELP_FLAG: FlagSpec = {
  type: "boolean",
  long: "help",
  description: "Print this help",
};

/**
 * The full help of one command, ending in a newline.
 *
 * @param names How it is called; the aliases are listed.
 */
export function commandHelp(names: CommandNames, spec: CommandSpec): string {
  const flags = listedFlags(spec.flags);
  const words = ["tsdocker", names.name];
  if (flags.length > 1) words.push("[OPTIONS]");
  if (spec.positionals.length > 0) {
    words.push(positionalUsage(spec.positionals));
  }
  const blocks = [`Usage:  ${words.join(" ")}`, wrap(spec.summary, "")];
  if (spec.description !== undefined) blocks.push(paragraphs(spec.description));
  if (names.aliases.length > 0) {
    const called = [names.name, ...names.aliases].map((n) => `tsdocker ${n}`);
    blocks.push(`Aliases:\n${fill(called.map(commaAfterAllButLast), "  ")}`);
  }
  blocks.push(...flagSections(flags));
  if (spec.examples !== undefined) {
    const lines = spec.examples.map(({ line, purpose }) =>
      `  tsdocker ${line}\n      ${purpose}`
    );
    blocks.push(`Examples:\n${lines.join("\n")}`);
  }
  return `${blocks.join("\n\n")}\n`;
}

/** What {@linkcode overviewHelp} lists. */
export interface Overview {
  /** What follows `tsdocker`, if it is a group's page: `container`. */
  readonly group?: string;
  /** One line on the whole. */
  readonly summary: string;
  /** Lists of commands and groups. */
  readonly lists: readonly CommandList[];
  /** Flags given before the command. */
  readonly flags?: FlagTable;
}

/** The help of a group of commands, or the front page; ends in a newline. */
export function overviewHelp(overview: Overview): string {
  const { group, summary, lists, flags } = overview;
  const program = group === undefined ? "tsdocker" : `tsdocker ${group}`;
  const options = flags === undefined ? "" : "[OPTIONS] ";
  const blocks = [
    `Usage:  ${program} ${options}COMMAND`,
    wrap(summary, ""),
    ...lists.filter((list) => list.entries.length > 0)
      .map(({ heading, entries }) => twoColumns(heading, entries)),
  ];
  if (flags !== undefined) blocks.push(...flagSections(listedFlags(flags)));
  blocks.push(
    `Run '${program} COMMAND --help' for more information on a command.`,
  );
  return `${blocks.join("\n\n")}\n`;
}

function listedFlags(flags: FlagTable): FlagSpec[] {
  const listed = Object.values(flags).filter((flag) => !flag.hidden);
  return listed.some((flag) => flag.long === "help")
    ? listed
    : [...listed, HELP_FLAG];
}

/** One block per section, in the order the sections first appear. */
function flagSections(flags: readonly FlagSpec[]): string[] {
  const bySection = Map.groupBy(
    flags,
    (flag) => flag.section ?? DEFAULT_SECTION,
  );
  return [...bySection].map(([heading, members]) =>
    twoColumns(
      heading,
      members.toSorted((a, b) => a.long < b.long ? -1 : 1).map(flagEntry),
    )
  );
}

function flagEntry(flag: FlagSpec): Entry {
  const short = flag.short === undefined ? "   " : `-${flag.short},`;
  const term = `${short} --${flag.long}${valueNote(flag)}`;
  if (flag.type === "boolean" || flag.type === "list") {
    return [term, flag.description];
  }
  if (flag.default === undefined) return [term, flag.description];
  const value = JSON.stringify(flag.default);
  return [term, `${flag.description} (default ${value})`];
}

/** ` list`, ` string`, `[=text]` or nothing. */
function valueNote(flag: FlagSpec): string {
  if (flag.type === "boolean") return "";
  const placeholder = flag.placeholder ??
    (flag.type === "number" ? "int" : flag.type);
  return needsValue(flag) ? ` ${placeholder}` : `[=${placeholder}]`;
}

function twoColumns(heading: string, entries: readonly Entry[]): string {
  const fitting = entries.map(([term]) => term.length)
    .filter((length) => length <= WIDEST_TERM);
  const width = Math.max(0, ...fitting) + 3;
  const indent = " ".repeat(width + 2);
  const lines = entries.map(([term, text]) => {
    const wrapped = wrap(text, indent);
    return term.length + 3 > width
      ? `  ${term}\n${wrapped}`
      : `  ${term.padEnd(width)}${wrapped.slice(indent.length)}`;
  });
  return `${heading}:\n${lines.join("\n")}`;
}

function paragraphs(text: string): string {
  return text.split("\n\n").map((part) => wrap(part, "")).join("\n\n");
}

function commaAfterAllButLast(
  item: string,
  index: number,
  items: readonly string[],
): string {
  return index < items.length - 1 ? `${item},` : item;
}

/** Breaks text at spaces into lines of at most 80 columns, all indented. */
function wrap(text: string, indent: string): string {
  return fill(text.split(/\s+/), indent);
}

/** As {@linkcode wrap}, with pieces that stay whole. */
function fill(pieces: readonly string[], indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const piece of pieces) {
    const length = indent.length + line.length + 1 + piece.length;
    if (line !== "" && length > COLUMNS) {
      lines.push(indent + line);
      line = "";
    }
    line = line === "" ? piece : `${line} ${piece}`;
  }
  lines.push(indent + line);
  return lines.join("\n");
}
