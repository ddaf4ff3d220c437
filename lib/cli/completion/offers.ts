/**
 * What can be offered in one place of a command line.
 *
 * @module
 */
import type { CommandEntry } from "../command_table.ts";
import type { FlagSpec, FlagTable } from "../flag.ts";

/** A word that would fit. */
export interface Candidate {
  readonly word: string;
  /** What it is, in a few words; may be empty. */
  readonly about: string;
}

/** What fits at the cursor. */
export interface Offer {
  readonly candidates: readonly Candidate[];
  /** Whether names of files fit, too. */
  readonly files: boolean;
}

/** What there is to choose from. */
export interface OfferSources {
  readonly commands: readonly CommandEntry[];
  readonly groups: Readonly<Record<string, string>>;
  readonly globalFlags: FlagTable;
  /** The names of all containers. */
  containers(): readonly Candidate[];
  /** The names by which images are found. */
  images(): readonly Candidate[];
  /** The names of all volumes. */
  volumes(): readonly Candidate[];
  /** The names of all networks, predefined ones included. */
  networks(): readonly Candidate[];
}

/** Nothing that we know of fits. */
export const NOTHING: Offer = { candidates: [], files: false };
/** Only files do. */
export const FILES: Offer = { candidates: [], files: true };

/** These and nothing else. */
export function offer(candidates: readonly Candidate[]): Offer {
  return { candidates, files: false };
}

/** Words without a description. */
export function plainWords(words: readonly string[]): Candidate[] {
  return words.map((word) => ({ word, about: "" }));
}

/** The first words of command lines: commands and groups. */
export async function offerCommands(
  { commands, groups }: Pick<OfferSources, "commands" | "groups">,
): Promise<Offer> {
  const listed = await Promise.all(
    commands.filter(({ name, hidden }) => !hidden && !name.includes(" "))
      .map(async (entry) => ({
        word: entry.name,
        about: (await entry.load()).spec.summary,
      })),
  );
  const grouped = Object.entries(groups)
    .map(([word, about]) => ({ word, about }));
  return offer([...listed, ...grouped]);
}

/** The second words of a group's command lines. */
export async function offerMembers(
  group: string,
  commands: readonly CommandEntry[],
): Promise<Offer> {
  const members = await Promise.all(commands.map(async (entry) => {
    const name = [entry.name, ...entry.aliases]
      .find((name) => name.startsWith(`${group} `));
    if (entry.hidden || name === undefined) return [];
    const { spec } = await entry.load();
    return [{ word: name.slice(group.length + 1), about: spec.summary }];
  }));
  return offer(members.flat());
}

/**
 * The flags of a command; or the values of one, where the word at the cursor
 * has its name already: `--log-level=`.
 */
export function offerFlags(current: string, flags: FlagTable): Offer {
  const listed = Object.values(flags).filter(({ hidden }) => !hidden);
  const equals = current.indexOf("=");
  if (equals >= 0) {
    const name = current.slice(0, equals);
    const flag = listed.find(({ long }) => `--${long}` === name);
    const values = flag === undefined ? [] : choicesOf(flag);
    return offer(plainWords(values.map((value) => `${name}=${value}`)));
  }
  const words = listed.map(({ long, description }) => ({
    word: `--${long}`,
    about: description,
  }));
  return offer([...words, { word: "--help", about: "Print this help" }]);
}

/** Flags whose value is a container. */
const CONTAINER_FLAGS: ReadonlySet<string> = new Set(["volumes-from"]);
/** Flags, and what they call their values, that have to do with files. */
const ABOUT_FILES = /file|dir|path|volume|mount|output/;

/** The values of a flag. */
export function offerValues(flag: FlagSpec, sources: OfferSources): Offer {
  if (CONTAINER_FLAGS.has(flag.long)) return offer(sources.containers());
  if (flag.long === "network") return offer(sources.networks());
  if (flag.long === "volume") {
    return { candidates: sources.volumes(), files: true };
  }
  const choices = choicesOf(flag);
  if (choices.length > 0) return offer(plainWords(choices));
  const placeholder = flag.type === "boolean" ? "" : flag.placeholder ?? "";
  return ABOUT_FILES.test(`${flag.long} ${placeholder}`) ? FILES : NOTHING;
}

function choicesOf(flag: FlagSpec): readonly string[] {
  return flag.type === "string" ? flag.choices ?? [] : [];
}
