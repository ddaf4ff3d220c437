/**
 * Arguments to options, by the rules docker's users know (POSIX short bundles
 * and GNU long flags as in Go's pflag), with its error texts.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";
import type { CommandSpec } from "./command.ts";
import {
  type FlagSpec,
  type FlagTable,
  needsValue,
  type OptionsOf,
} from "./flag.ts";
import { convertFlagValue, type FlagValue } from "./flag_value.ts";
import { checkPositionals } from "./positionals.ts";
import { suggest } from "./suggest.ts";

/** Arguments, understood. */
export interface ParsedArguments<Flags extends FlagTable> {
  /** The values of the flags. */
  readonly options: OptionsOf<Flags>;
  /** The words after the flags. */
  readonly positionals: readonly string[];
  /** Whether help was asked for; options and positionals are then unchecked. */
  readonly help: boolean;
  /** Lines for stderr on spellings that are accepted but unusual. */
  readonly hints: readonly string[];
}

type Entry = readonly [option: string, flag: FlagSpec];

/**
 * Parses the arguments of a command.
 *
 * A value may follow as `--flag=v`, `--flag v`, `-fv`, `-f=v` or `-f v`; the
 * next word is taken whatever it looks like. `--` ends the flags and is
 * dropped; with `stopsAtPositional` so does the first positional, and a `--`
 * after it is kept. `--help` is known everywhere, `-h` where the command has
 * no flag of its own by that letter; both end the parsing.
 *
 * @param spec The command, or the part of it that matters here.
 * @param name What follows `tsdocker`, for messages.
 * @throws {UsageError} With docker's texts for what does not fit.
 */
export function parseArguments<const Flags extends FlagTable>(
  spec: Pick<CommandSpec<Flags>, "flags" | "positionals" | "stopsAtPositional">,
  name: string,
  args: readonly string[],
): ParsedArguments<Flags> {
  const parser = new Parser(spec.flags, args);
  const positionals: string[] = [];
  for (;;) {
    const arg = parser.next();
    if (arg === undefined) break;
    if (arg === "--") {
      positionals.push(...parser.rest());
    } else if (!arg.startsWith("-") || arg === "-") {
      positionals.push(arg);
      if (spec.stopsAtPositional === true) positionals.push(...parser.rest());
    } else if (parser.takeFlag(arg) === "help") {
      return { ...parser.result(), positionals, help: true };
    }
  }
  checkPositionals(name, spec.positionals, positionals.length);
  return { ...parser.result(), positionals, help: false };
}

/** The state of one parse: where it is, and the values found so far. */
class Parser<Flags extends FlagTable> {
  readonly #args: readonly string[];
  readonly #values: Record<string, FlagValue | string[]> = {};
  readonly #hints = new Set<string>();
  readonly #flags: readonly Entry[];
  #index = 0;

  constructor(flags: Flags, args: readonly string[]) {
    this.#args = args;
    this.#flags = Object.entries(flags);
    for (const [option, flag] of this.#flags) {
      if (flag.type === "boolean") this.#values[option] = false;
      else if (flag.type === "list") this.#values[option] = [];
      else if (flag.default !== undefined) this.#values[option] = flag.default;
    }
  }

  /** The next argument, or `undefined` at the end. */
  next(): string | undefined {
    return this.#args[this.#index++];
  }

  /** All arguments not yet taken. */
  rest(): readonly string[] {
    const rest = this.#args.slice(this.#index);
    this.#index = this.#args.length;
    return rest;
  }

  /** What was found; its keys and types follow the flags it was made of. */
  result(): { options: OptionsOf<Flags>; hints: readonly string[] } {
    return {
      options: this.#values as unknown as OptionsOf<Flags>,
      hints: [...this.#hints],
    };
  }

  #find(isMeant: (flag: FlagSpec) => boolean): Entry | undefined {
    for (const entry of this.#flags) if (isMeant(entry[1])) return entry;
    return undefined;
  }

  /** Of all flags, the long ones. */
  #names(): string[] {
    return this.#flags.flatMap(([, flag]) => [
      flag.long,
      ...flag.aliases ?? [],
    ]);
  }

  /** Takes an argument that begins with a dash, and its value. */
  takeFlag(arg: string): "help" | undefined {
    if (arg.startsWith("--")) return this.#takeLong(arg);
    return this.#takeWord(arg) ? undefined : this.#takeShorts(arg.slice(1));
  }

  #takeLong(arg: string): "help" | undefined {
    const [name, value] = splitValue(arg.slice(2));
    if (name === "" || name.startsWith("-")) {
      throw new UsageError(`bad flag syntax: ${arg}`);
    }
    const entry = this.#find(({ long, aliases }) =>
      long === name || aliases?.includes(name) === true
    );
    if (entry !== undefined) {
      this.#set(entry, this.#valueOf(entry, value, `--${name}`));
    } else if (name === "help") {
      return "help";
    } else {
      throw unknownFlag(`unknown flag: --${name}`, name, this.#names());
    }
    return undefined;
  }

  /** Takes a small engine's `-name`, if that is what it is. */
  #takeWord(arg: string): boolean {
    const [word, value] = splitValue(arg.slice(1));
    const entry = this.#find(({ words }) => words?.includes(word) === true);
    if (entry === undefined) return false;
    const usual = entry[1].long;
    this.#hints.add(
      `tsdocker: -${word} is accepted; the usual spelling is --${usual}`,
    );
    this.#set(entry, this.#valueOf(entry, value, `-${word}`));
    return true;
  }

  /** Takes `-itd`, `-m64m`, `-m=64m`, `-m 64m`, and bundles ending so. */
  #takeShorts(letters: string): "help" | undefined {
    for (let rest = letters; rest !== "";) {
      const letter = String.fromCodePoint(rest.codePointAt(0) ?? 0);
      rest = rest.slice(letter.length);
      const entry = this.#find(({ short }) => short === letter);
      if (entry === undefined && letter === "h") return "help";
      if (entry === undefined) {
        throw unknownFlag(
          `unknown shorthand flag: '${letter}' in -${letters}`,
          letters,
          this.#names(),
        );
      }
      let value: string | undefined;
      if (rest.startsWith("=")) [value, rest] = [rest.slice(1), ""];
      else if (rest !== "" && needsValue(entry[1])) [value, rest] = [rest, ""];
      const asWritten = `'${letter}' in -${letters}`;
      this.#set(entry, this.#valueOf(entry, value, asWritten));
    }
    return undefined;
  }

  /** The flag's value as text: attached, implied, or the next argument. */
  #valueOf(
    [, flag]: Entry,
    attached: string | undefined,
    asWritten: string,
  ): string {
    if (attached !== undefined) return attached;
    if (flag.type === "boolean") return "true";
    if (flag.type === "string" && flag.implied !== undefined) {
      return flag.implied;
    }
    const value = this.next();
    if (value === undefined) {
      throw new UsageError(`flag needs an argument: ${asWritten}`);
    }
    return value;
  }

  #set([option, flag]: Entry, text: string): void {
    const list = this.#values[option];
    if (Array.isArray(list)) list.push(text);
    else this.#values[option] = convertFlagValue(flag, text);
  }
}

/** Splits `name=value`; the value may be empty or hold further `=`. */
function splitValue(text: string): [name: string, value: string | undefined] {
  const equals = text.indexOf("=");
  if (equals < 0) return [text, undefined];
  return [text.slice(0, equals), text.slice(equals + 1)];
}

/** A flag nobody has, with the one that was probably meant. */
function unknownFlag(
  message: string,
  typed: string,
  known: readonly string[],
): UsageError {
  const nearest = suggest(typed, [...known, "help"]);
  return new UsageError(
    message,
    nearest === undefined ? {} : { advice: `--${nearest}` },
  );
}
