/**
 * A command line that is being written, taken apart by what flags there are.
 * Unlike the parser it forgives everything.
 *
 * @module
 */
import { type FlagSpec, type FlagTable, needsValue } from "../flag.ts";

/** Words before the cursor. */
export interface ReadWords {
  /** The flag that the word at the cursor is the value of. */
  readonly pending?: FlagSpec;
  /** Words that are neither flags nor their values. */
  readonly positionals: readonly string[];
  /** Whether no flag can follow. */
  readonly isOver: boolean;
}

/**
 * Takes flags and their values away from the words before the cursor.
 *
 * @param mode Whether the first positional ends the flags.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const name = { type: "string", long: "name", description: "" } as const;
 * const { positionals } = readWords(["--name", "a", "img"], { name }, "mixes");
 * assert.deepEqual(positionals, ["img"]);
 * ```
 */
export function readWords(
  words: readonly string[],
  flags: FlagTable,
  mode: "stops" | "mixes",
): ReadWords {
  const positionals: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (word === "--") {
      const rest = words.slice(index + 1);
      return { positionals: [...positionals, ...rest], isOver: true };
    }
    if (isFlag(word)) {
      const flag = flagOf(word, flags);
      if (flag === undefined || !needsValue(flag)) continue;
      index++;
      if (index === words.length) {
        return { pending: flag, positionals, isOver: false };
      }
    } else if (mode === "stops") {
      return { positionals: words.slice(index), isOver: true };
    } else {
      positionals.push(word);
    }
  }
  return { positionals, isOver: false };
}

/** Whether a word is taken for a flag; `-` alone is none. */
export function isFlag(word: string): boolean {
  return word.startsWith("-") && word !== "-";
}

/** The flag that a word names and whose value is not in it. */
function flagOf(word: string, flags: FlagTable): FlagSpec | undefined {
  if (word.includes("=")) return undefined;
  const all = Object.values(flags);
  if (word.startsWith("--")) {
    const name = word.slice(2);
    return all.find(({ long, aliases }) =>
      long === name || aliases?.includes(name)
    );
  }
  const byWord = all.find(({ words }) => words?.includes(word.slice(1)));
  // Of a bundle, only the last can have its value in the next word.
  return byWord ?? all.find(({ short }) => short === word.at(-1));
}

/** Joins what bash takes apart: `--flag=value` is three words to it. */
export function withoutEquals(words: readonly string[]): readonly string[] {
  const isOurs = (index: number): boolean =>
    words[index] === "=" && (words[index - 1] ?? "").startsWith("--");
  const kept = words.filter((_, index) => !isOurs(index));
  return isOurs(words.length - 1) ? [...kept, ""] : kept;
}
