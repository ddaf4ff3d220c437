/**
 * The values that templates are applied to, as Go sees them: an object is a
 * struct, whose fields are known; a `Map` is a map, whose keys are not.
 *
 * @module
 */

/** What a map has under a key it has not. */
export const NO_VALUE: unique symbol = Symbol("no value");

/** Whether `if` takes a value for false: nothing, zero or empty. */
export function isEmptyValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (value instanceof Map) return value.size === 0;
  return value === NO_VALUE || !value;
}

/** What Go calls the type of a value, as far as can be told. */
export function typeName(value: unknown): string {
  if (isNil(value)) return "nil";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") {
    return Number.isInteger(value) ? "int" : "float64";
  }
  if (Array.isArray(value)) return "[]interface {}";
  return value instanceof Map ? "map[string]interface {}" : typeof value;
}

/** Whether a value is nothing. */
export function isNil(value: unknown): value is null | undefined {
  return value === undefined || value === null || value === NO_VALUE;
}

/**
 * Writes a value as Go's `%v`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(formatValue(["a", null, 1]), "[a <nil> 1]");
 * assert.equal(formatValue(new Map([["b", true], ["a", false]])), "map[a:false b:true]");
 * ```
 */
export function formatValue(value: unknown): string {
  if (value === NO_VALUE) return "<no value>";
  if (isNil(value)) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(formatValue).join(" ")}]`;
  if (typeof value !== "object") return String(value);
  const entries = sortedEntries(value)
    .map(([key, item]) => `${key}:${formatValue(item)}`);
  return `map[${entries.join(" ")}]`;
}

/** The keys and values of a map or struct in the order Go goes through them. */
export function sortedEntries(value: object): [string, unknown][] {
  const entries: [string, unknown][] = value instanceof Map
    ? [...value].map(([key, item]) => [String(key), item])
    : Object.entries(value);
  return entries
    .filter(([, item]) => item !== undefined && typeof item !== "function")
    .toSorted(([a], [b]) => a < b ? -1 : 1);
}

/** What JSON lets stand, and a terminal would obey. */
const UNPRINTABLE = /[\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Writes a value as JSON, with nothing in it that steers a terminal.
 *
 * @param indent What a level is indented by; empty for one line.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const map = new Map([["y", 1], ["x", 2]]);
 * assert.equal(toJson({ b: map, a: "<" }), '{"b":{"x":2,"y":1},"a":"<"}');
 * ```
 */
export function toJson(value: unknown, indent = ""): string {
  const plain = isNil(value) ? null : value;
  const json = JSON.stringify(
    plain,
    (_, item: unknown) =>
      item instanceof Map ? Object.fromEntries(sortedEntries(item)) : item,
    indent,
  ) ?? "null";
  return json.replace(
    UNPRINTABLE,
    (character) =>
      `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
