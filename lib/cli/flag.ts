/**
 * Flags as data. A table of these gives a command its parser, its help, its
 * page in docs/cli.md, and the TypeScript type of its options.
 *
 * @module
 */

/** What every flag says about itself. */
interface FlagBase {
  /** The long name without dashes, such as `rm`. */
  readonly long: string;
  /** One letter, such as `i`. */
  readonly short?: string;
  /** Other long names that mean the same and are not listed. */
  readonly aliases?: readonly string[];
  /**
   * Words that the small engines write with one dash, such as `name` for
   * `-name`; accepted with a hint.
   */
  readonly words?: readonly string[];
  /** One line for the help, capital first letter, no full stop. */
  readonly description: string;
  /** Heading it is listed under; absent means `Options`. */
  readonly section?: string;
  /** Whether the help leaves it out. */
  readonly hidden?: true;
}

/** On or off: `--rm`, `--rm=false`, bundled as in `-it`. Off unless given. */
export interface BooleanFlag extends FlagBase {
  readonly type: "boolean";
}

/** One text; the last one given wins. */
export interface StringFlag extends FlagBase {
  readonly type: "string";
  /** What the help calls the value; absent means `string`. */
  readonly placeholder?: string;
  /** The only texts accepted. */
  readonly choices?: readonly string[];
  /** The value if the flag is not given. */
  readonly default?: string;
  /** The value of `--flag` without `=`; the next word is then never taken. */
  readonly implied?: string;
}

/** One whole number; the last one given wins. */
export interface NumberFlag extends FlagBase {
  readonly type: "number";
  readonly placeholder?: string;
  readonly default?: number;
}

/** Texts in the order given, each from one use of the flag. */
export interface ListFlag extends FlagBase {
  readonly type: "list";
  readonly placeholder?: string;
}

/** Any flag. */
export type FlagSpec = BooleanFlag | StringFlag | NumberFlag | ListFlag;

/** A command's flags, by the name of the option each one sets. */
export type FlagTable = Readonly<Record<string, FlagSpec>>;

type ValueOf<Flag extends FlagSpec> = Flag extends BooleanFlag ? boolean
  : Flag extends NumberFlag ? number
  : Flag extends ListFlag ? readonly string[]
  : Flag extends { readonly choices: readonly (infer Choice)[] } ? Choice
  : string;

/** The options that have a value even if the flag is not given. */
type SettledKeys<Flags extends FlagTable> = {
  [Key in keyof Flags]: Flags[Key] extends
    BooleanFlag | ListFlag | { readonly default: string | number } ? Key
    : never;
}[keyof Flags];

/**
 * The options a flag table yields: booleans, lists and flags with a default
 * always; the others only if given.
 */
export type OptionsOf<Flags extends FlagTable> =
  & { readonly [Key in SettledKeys<Flags>]: ValueOf<Flags[Key]> }
  & {
    readonly [Key in Exclude<keyof Flags, SettledKeys<Flags>>]?: ValueOf<
      Flags[Key]
    >;
  };

/**
 * How messages name a flag.
 *
 * @returns `-m, --memory`, or `--rm` where there is no short form.
 */
export function flagLabel(flag: FlagSpec): string {
  return flag.short === undefined
    ? `--${flag.long}`
    : `-${flag.short}, --${flag.long}`;
}

/** Whether the flag must be followed by a value. */
export function needsValue(flag: FlagSpec): boolean {
  return flag.type !== "boolean" &&
    !(flag.type === "string" && flag.implied !== undefined);
}
