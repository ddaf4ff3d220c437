/**
 * The pages of help that are made of several commands.
 *
 * @module
 */
import { type CommandEntry, GROUPS } from "./command_table.ts";
import { GLOBAL_FLAGS } from "./global_flags.ts";
import { commandHelp, overviewHelp } from "./help.ts";

const SUMMARY = "A container engine without a daemon";

/** The page of `tsdocker --help`; loads every command. */
export async function frontPage(
  commands: readonly CommandEntry[],
): Promise<string> {
  const entries = await Promise.all(commands.map(async (entry) => {
    // What is only in a group is on the group's page.
    if (entry.hidden || entry.name.includes(" ")) return [];
    const { spec } = await entry.load();
    return [[entry.name, spec.summary] as const];
  }));
  return overviewHelp({
    summary: SUMMARY,
    lists: [
      { heading: "Commands", entries: entries.flat() },
      { heading: "Groups of commands", entries: Object.entries(GROUPS) },
    ],
    flags: GLOBAL_FLAGS,
  });
}

/** The page of a group, such as `tsdocker container --help`. */
export async function groupPage(
  group: string,
  commands: readonly CommandEntry[],
): Promise<string> {
  const entries = await Promise.all(commands.map(async (entry) => {
    const member = [entry.name, ...entry.aliases]
      .find((name) => name.startsWith(`${group} `));
    if (entry.hidden || member === undefined) return [];
    const { spec } = await entry.load();
    return [[member.slice(group.length + 1), spec.summary] as const];
  }));
  return overviewHelp({
    group,
    summary: GROUPS[group] ?? "",
    lists: [{ heading: "Commands", entries: entries.flat() }],
  });
}

/**
 * The page of a command.
 *
 * @param name The name it was called by.
 */
export async function commandPage(
  entry: CommandEntry,
  name: string = entry.name,
): Promise<string> {
  const { spec } = await entry.load();
  const others = [entry.name, ...entry.aliases].filter((n) => n !== name);
  return commandHelp({ name, aliases: others }, spec);
}
