/**
 * Lists of system calls as text.
 *
 * @module
 */

/**
 * The names in a text, separated by white space.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(calls("read write\n  close "), ["read", "write", "close"]);
 * ```
 */
export function calls(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
