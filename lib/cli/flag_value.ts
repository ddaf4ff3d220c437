/**
 * The text given to a flag, as the type the flag declares.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";
import { flagLabel, type FlagSpec } from "./flag.ts";

/** What one use of a flag yields. */
export type FlagValue = boolean | number | string;

const TRUE = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const FALSE = new Set(["0", "f", "F", "false", "FALSE", "False"]);
const INTEGER = /^[+-]?\d+$/;

/**
 * Converts and checks the text given to a flag.
 *
 * @throws {UsageError} If the flag does not accept it; the message names the
 * flag and says what it accepts.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const last = { type: "number", long: "last", description: "" } as const;
 * assert.equal(convertFlagValue(last, "3"), 3);
 * ```
 */
export function convertFlagValue(flag: FlagSpec, text: string): FlagValue {
  switch (flag.type) {
    case "boolean":
      if (TRUE.has(text)) return true;
      if (FALSE.has(text)) return false;
      throw invalid(flag, text, "must be true or false");
    case "number":
      if (INTEGER.test(text)) return Number(text);
      throw invalid(flag, text, "must be a whole number");
    case "string":
      if (flag.choices === undefined || flag.choices.includes(text)) {
        return text;
      }
      throw invalid(flag, text, `must be ${oneOf(flag.choices)}`);
    case "list":
      return text;
  }
}

function invalid(flag: FlagSpec, text: string, reason: string): UsageError {
  return new UsageError(
    `invalid argument "${text}" for "${flagLabel(flag)}" flag: ${reason}`,
  );
}

function oneOf(choices: readonly string[]): string {
  const last = choices.at(-1) ?? "";
  return choices.length < 2
    ? last
    : `${choices.slice(0, -1).join(", ")} or ${last}`;
}
