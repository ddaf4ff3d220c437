/**
 * `--filter KEY=VALUE`, the same for every command that has it.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";
import type { ListFlag } from "./flag.ts";

/** The flag; the command's description says which keys there are. */
export const FILTER_FLAG = {
  type: "list",
  long: "filter",
  placeholder: "key=value",
  description: "Take only what fits; of values for one key, any",
} as const satisfies ListFlag;

/**
 * Sorts filters by key.
 *
 * @param keys Those that the command knows.
 * @param texts `KEY=VALUE` as given.
 * @throws {UsageError} In docker's words, if a key is unknown or there is none.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const filters = parseFilters(["label", "until"], ["label=a=b", "label=c"]);
 * assert.deepEqual([...filters], [["label", ["a=b", "c"]]]);
 * ```
 */
export function parseFilters<Key extends string>(
  keys: readonly Key[],
  texts: readonly string[],
): Map<Key, string[]> {
  const filters = new Map<Key, string[]>();
  for (const text of texts) {
    const equals = text.indexOf("=");
    if (equals < 0) {
      throw new UsageError(
        `invalid argument "${text}" for "--filter" flag: bad format of filter (expected name=value)`,
      );
    }
    const name = text.slice(0, equals).trim().toLowerCase();
    const key = keys.find((known) => known === name);
    if (key === undefined) {
      throw new UsageError(`invalid filter '${name}'`, {
        advice: `one of ${keys.join(", ")}`,
      });
    }
    const values = filters.get(key) ?? [];
    filters.set(key, [...values, text.slice(equals + 1)]);
  }
  return filters;
}
