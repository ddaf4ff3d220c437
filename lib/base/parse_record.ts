/**
 * Records in files, as a loss of power leaves them. On the start path: no
 * import.
 *
 * @module
 */

/**
 * Reads a record. Pure.
 *
 * @param text JSON, or what is left of it.
 * @returns `undefined` if it is damaged: a loss of power may leave a file that
 * is there and empty, and it counts as one never written.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseRecord('{"a":1}'), { a: 1 });
 * assert.equal(parseRecord('{"a":'), undefined);
 * ```
 */
export function parseRecord<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
