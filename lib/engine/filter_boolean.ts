/**
 * Filters that are on or off.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";

const TRUE = /^(?:1|t|true)$/i;
const FALSE = /^(?:0|f|false)$/i;

/**
 * Reads the value of a filter as docker reads it.
 *
 * @throws {UsageError} If it is neither.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(parseFilterBoolean("dangling", "True"));
 * assert.ok(!parseFilterBoolean("dangling", "0"));
 * assert.throws(() => parseFilterBoolean("dangling", "yes"));
 * ```
 */
export function parseFilterBoolean(key: string, value: string): boolean {
  if (TRUE.test(value)) return true;
  if (FALSE.test(value)) return false;
  throw new UsageError(`invalid filter '${key}=${value}'`);
}
