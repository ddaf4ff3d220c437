/**
 * Docker's wording for a flag whose value cannot be read.
 *
 * @module
 */
import { parseByteSize } from "../base/byte_size.ts";
import { type ErrorDetails, UsageError } from "../base/errors.ts";

/** What is wrong with a value. */
export interface InvalidValue extends ErrorDetails {
  readonly why: string;
}

/**
 * The error of a value that a flag cannot take.
 *
 * @param label The flag as the help writes it: `-m, --memory`.
 */
export function invalidArgument(
  label: string,
  text: string,
  { why, ...details }: InvalidValue,
): UsageError {
  return new UsageError(
    `invalid argument "${text}" for "${label}" flag: ${why}`,
    details,
  );
}

/**
 * Reads a flag's size.
 *
 * @param label The flag as the help writes it.
 * @returns Whole bytes.
 * @throws {UsageError} If it is not a size; the message names the flag.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(parseSizeArgument("--shm-size", "64m"), 64 * 1024 ** 2);
 * ```
 */
export function parseSizeArgument(label: string, text: string): number {
  try {
    return parseByteSize(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw invalidArgument(label, text, {
      why: `invalid size: '${text}'`,
      advice: "a number with an optional unit, such as 512, 64m or 1.5g",
      cause: error,
    });
  }
}
