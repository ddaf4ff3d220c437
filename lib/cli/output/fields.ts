/**
 * Named values, one a line: the layout of `version` and `info`.
 *
 * @module
 */
import type { OutputFormat } from "./format_flag.ts";

/** A name, its value for people, and its value for programs if it differs. */
export type Field = readonly [
  name: string,
  value: string | number,
  exact?: string | number,
];

/**
 * Lays out named values.
 *
 * @param format Absent for `Name: value` lines with the values aligned; `json`
 * for one object on one line, its keys the names in camel case.
 * @returns Text that ends in a newline.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const fields = [["Storage driver", "overlay"], ["CPUs", 2]] as const;
 * assert.equal(formatFields(fields), "Storage driver: overlay\nCPUs:           2\n");
 * assert.equal(formatFields(fields, "json"), '{"storageDriver":"overlay","cpus":2}\n');
 * ```
 */
export function formatFields(
  fields: readonly Field[],
  format?: OutputFormat,
): string {
  if (format === "json") {
    const entries = fields.map(([name, value, exact]) => [
      camelCase(name),
      exact ?? value,
    ]);
    return `${JSON.stringify(Object.fromEntries(entries))}\n`;
  }
  const width = Math.max(0, ...fields.map(([name]) => name.length)) + 2;
  return fields.map(([name, value]) => `${`${name}:`.padEnd(width)}${value}\n`)
    .join("");
}

function camelCase(name: string): string {
  return name.split(/[^A-Za-z0-9]+/).map((word, index) => {
    const lower = word.toLowerCase();
    return index === 0
      ? lower
      : lower.slice(0, 1).toUpperCase() + lower.slice(1);
  }).join("");
}
