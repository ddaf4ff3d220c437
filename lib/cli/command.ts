/**
 * What a command is: data that describes it, and a function that carries it
 * out with parsed options.
 *
 * @module
 */
import type { CommandContext } from "./context.ts";
import type { FlagTable, OptionsOf } from "./flag.ts";
import { parseArguments } from "./parse.ts";

/** One word, or a run of words, after the flags. */
export interface PositionalSpec {
  /** As the usage line writes it, such as `IMAGE`. */
  readonly name: string;
  /** Whether the command works without it. */
  readonly optional?: true;
  /** Whether it may be given more than once; only the last may. */
  readonly repeats?: true;
}

/** Everything that is known of a command before it runs. */
export interface CommandSpec<Flags extends FlagTable = FlagTable> {
  /** One line, capital first letter, no full stop. */
  readonly summary: string;
  /** Paragraphs for the command's own help, after the summary. */
  readonly description?: string;
  /** The words it takes after the flags. */
  readonly positionals: readonly PositionalSpec[];
  /**
   * Whether the first positional ends the flags, as in `run IMAGE -x`, so that
   * the rest belongs to the container.
   */
  readonly stopsAtPositional?: true;
  /** Flags by option name, in the order of the help within their section. */
  readonly flags: Flags;
  /** Command lines worth showing, without the leading `tsdocker`. */
  readonly examples?: readonly Example[];
  /** Exit status of usage errors and failures; absent means 1. */
  readonly failureStatus?: number;
}

/** A command line and what it does. */
export interface Example {
  /** What follows `tsdocker`. */
  readonly line: string;
  /** What it does, as a phrase. */
  readonly purpose: string;
}

/** What the handler of a command gets. */
export interface Invocation<Flags extends FlagTable = FlagTable> {
  /** The values of the flags. */
  readonly options: OptionsOf<Flags>;
  /** The words after the flags; their number has been checked. */
  readonly positionals: readonly string[];
}

/** Carries out a command and returns the exit status. */
export type CommandHandler<Flags extends FlagTable> = (
  invocation: Invocation<Flags>,
  context: CommandContext,
) => Promise<number> | number;

/** A command ready to run; the type of its flags is kept inside. */
export interface Command {
  /** What is known of it. */
  readonly spec: CommandSpec;
  /**
   * Parses the arguments and runs the handler.
   *
   * @param name What follows `tsdocker` on the command line, such as `run`.
   * @param args What follows the name.
   * @returns The exit status, or `"help"` if that was asked for.
   * @throws {UsageError} If the arguments do not fit.
   */
  execute(
    name: string,
    args: readonly string[],
    context: CommandContext,
  ): Promise<number | "help">;
}

/**
 * Joins a specification and its handler.
 *
 * @param spec Literal data; the handler's options type is inferred from it.
 * @param handler Called with options that fit the specification.
 */
export function defineCommand<const Flags extends FlagTable>(
  spec: CommandSpec<Flags>,
  handler: CommandHandler<Flags>,
): Command {
  return {
    spec,
    async execute(name, args, context): Promise<number | "help"> {
      const parsed = parseArguments(spec, name, args);
      for (const hint of parsed.hints) context.stderr.write(`${hint}\n`);
      if (parsed.help) return "help";
      return await handler(parsed, context);
    },
  };
}
