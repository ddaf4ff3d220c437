/**
 * Flags of commands that print a row for each thing, the same wherever they
 * mean the same.
 *
 * @module
 */
import type { BooleanFlag } from "../flag.ts";

/** `--no-trunc`. */
export const NO_TRUNC_FLAG = {
  type: "boolean",
  long: "no-trunc",
  description: "Do not cut ids",
} as const satisfies BooleanFlag;

/** `--quiet`. */
export const QUIET_FLAG = {
  type: "boolean",
  long: "quiet",
  short: "q",
  description: "List ids only",
} as const satisfies BooleanFlag;
