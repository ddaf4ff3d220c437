/**
 * `--format`, the same for every command that has it.
 *
 * @module
 */
import type { StringFlag } from "../flag.ts";

/** The formats there are besides a command's own layout. */
export const OUTPUT_FORMATS = ["json"] as const;

/** One of {@linkcode OUTPUT_FORMATS}. */
export type OutputFormat = typeof OUTPUT_FORMATS[number];

/** The flag. */
export const FORMAT_FLAG = {
  type: "string",
  long: "format",
  short: "f",
  placeholder: "format",
  choices: OUTPUT_FORMATS,
  description: "Print in another format: json",
} as const satisfies StringFlag;
