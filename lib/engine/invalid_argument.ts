/**
 * Docker's wording for a flag whose value cannot be read.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";
import { parseByteSize } from "../base/byte_size.ts";

/**
 * The error of a value that a flag cannot take.
 *
 * @param label The flag as the help writes it: `-m, --memory`.
 * @param why What is wrong with the value.
 */
export function invalidArgument(
  label: string,
  text: string,
  why: string,
): UsageError {
  return new UsageError(
    `invalid argument "${text}" for "${label}" flag: ${why}`,
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
    const why = `invalid size: '${text}'`;
    throw new UsageError(invalidArgument(label, text, why).message, {
      advice: "a number with an optional unit, such as 512, 64m or 1.5g",
      cause: error,
    });
  }
}
