/**
 * What a shell can offer for the word at its cursor, from the same data that
 * makes the parser and the help.
 *
 * @module
 */
import type { Command } from "../command.ts";
import type { CommandEntry } from "../command_table.ts";
import {
  FILES,
  NOTHING,
  type Offer,
  offer,
  offerCommands,
  offerFlags,
  offerMembers,
  type OfferSources,
  offerValues,
  plainWords,
} from "./offers.ts";
import { SHELLS } from "./scripts.ts";
import { isFlag, readWords, withoutEquals } from "./words.ts";

/**
 * Completes the last of some words.
 *
 * @param words What follows `tsdocker`, up to the cursor; the last one is not
 * finished, and may be empty.
 * @returns What fits, in the order of the help.
 */
export async function complete(
  words: readonly string[],
  sources: OfferSources,
): Promise<Offer> {
  const joined = withoutEquals(words);
  const line = { before: joined.slice(0, -1), current: joined.at(-1) ?? "" };
  const { candidates, files } = await offerFor(line, sources);
  return {
    candidates: candidates.filter(({ word }) => word.startsWith(line.current)),
    files,
  };
}

/** A line that is being written. */
interface Line {
  /** The words before the one at the cursor. */
  readonly before: readonly string[];
  readonly current: string;
}

async function offerFor(
  { before, current }: Line,
  sources: OfferSources,
): Promise<Offer> {
  const { commands, groups, globalFlags } = sources;
  const front = readWords(before, globalFlags, "stops");
  if (front.pending !== undefined) return offerValues(front.pending, sources);
  const [first, ...rest] = front.positionals;
  if (first === undefined) {
    return isFlag(current)
      ? offerFlags(current, globalFlags)
      : await offerCommands(sources);
  }
  const single = find(commands, first);
  if (single !== undefined) {
    const line = { before: rest, current };
    return await offerArguments(line, await single.load(), sources);
  }
  if (!Object.hasOwn(groups, first)) return NOTHING;
  const [second, ...arguments_] = rest;
  if (second === undefined) return await offerMembers(first, commands);
  const member = find(commands, `${first} ${second}`);
  if (member === undefined) return NOTHING;
  const line = { before: arguments_, current };
  return await offerArguments(line, await member.load(), sources);
}

function find(
  commands: readonly CommandEntry[],
  name: string,
): CommandEntry | undefined {
  return commands.find((entry) =>
    entry.name === name || entry.aliases.includes(name)
  );
}

async function offerArguments(
  { before, current }: Line,
  { spec }: Command,
  sources: OfferSources,
): Promise<Offer> {
  const mode = spec.stopsAtPositional === true ? "stops" : "mixes";
  const { pending, positionals, isOver } = readWords(before, spec.flags, mode);
  if (pending !== undefined) return offerValues(pending, sources);
  if (isFlag(current) && !isOver) return offerFlags(current, spec.flags);
  const last = spec.positionals.at(-1);
  const positional = spec.positionals[positionals.length] ??
    (last?.repeats ? last : undefined);
  if (positional === undefined) return NOTHING;
  // Of tsdocker's, for `help`; any other is a container's program.
  const isOurs = positional.name === "COMMAND" &&
    positional === spec.positionals[0];
  return isOurs
    ? await offerCommands(sources)
    : offerPositional(positional.name, sources);
}

/** @param name What the usage line calls it. */
function offerPositional(name: string, sources: OfferSources): Offer {
  if (name.includes("CONTAINER")) return offer(sources.containers());
  switch (name) {
    case "IMAGE":
      return { candidates: sources.images(), files: true };
    case "VOLUME":
      return offer(sources.volumes());
    case "NETWORK":
      return offer(sources.networks());
    case "SHELL":
      return offer(plainWords(SHELLS));
    default:
      return FILES;
  }
}
