/**
 * Numbers together with the names they have in the kernel's headers.
 *
 * @module
 */
import type { Symbolic } from "../record.ts";

/**
 * Combines named flags of one header.
 *
 * @param table Name to value, such as `MOUNT`.
 * @param names The flags to set; none gives 0.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const table = { MS_BIND: 0x1000, MS_REC: 0x4000 };
 * assert.deepEqual(flags(table, "MS_BIND", "MS_REC"), {
 *   value: 0x5000,
 *   text: "MS_BIND|MS_REC",
 * });
 * ```
 */
export function flags<T extends Readonly<Record<string, number>>>(
  table: T,
  ...names: (keyof T & string)[]
): Symbolic {
  let value = 0;
  for (const name of names) value += table[name] as number;
  return { value, text: names.join("|") || "0" };
}
