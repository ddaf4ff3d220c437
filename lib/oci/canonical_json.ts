/**
 * Documents whose digest is a name are always spelled in one way.
 *
 * @module
 */

/**
 * Writes a value as JSON without spaces, members in order of their names;
 * those that are `undefined` are left out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const bytes = canonicalJson({ b: 1, a: [{ d: 2, c: 3 }], e: undefined });
 * assert.equal(new TextDecoder().decode(bytes), '{"a":[{"c":3,"d":2}],"b":1}');
 * ```
 */
export function canonicalJson(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value, sorted));
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return value;
  }
  const members = Object.entries(value);
  return Object.fromEntries(members.sort(([a], [b]) => a < b ? -1 : 1));
}
