/**
 * Labels as filters name them.
 *
 * @module
 */

/**
 * Whether there is a label as a filter wants it.
 *
 * @param wanted `NAME`, whatever its value, or `NAME=VALUE`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(matchesLabel({ app: "shop" }, "app"));
 * assert.ok(!matchesLabel({ app: "shop" }, "app=sho"));
 * ```
 */
export function matchesLabel(
  labels: Readonly<Record<string, string>>,
  wanted: string,
): boolean {
  const equals = wanted.indexOf("=");
  const name = equals < 0 ? wanted : wanted.slice(0, equals);
  if (!Object.hasOwn(labels, name)) return false;
  return equals < 0 || labels[name] === wanted.slice(equals + 1);
}
