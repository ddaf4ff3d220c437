/**
 * Filters that are patterns.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";

/**
 * Reads the value of a filter as a pattern. Docker's users rely on those:
 * `^/?web$`, or just a part.
 *
 * @throws {UsageError} If it is malformed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(parseFilterPattern("name", "^web").test("web2"));
 * assert.throws(() => parseFilterPattern("name", "("));
 * ```
 */
export function parseFilterPattern(key: string, value: string): RegExp {
  try {
    return new RegExp(value, "u");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`invalid filter '${key}=${value}'`, { cause: error });
  }
}
