/**
 * Columns as docker prints them: as wide as their content, at least seven, and
 * three spaces apart.
 *
 * @module
 */
import { printable } from "./printable.ts";

const GUTTER = 3;
const NARROWEST = 10;

/**
 * Lays out a table.
 *
 * @param header The names of the columns, in capitals.
 * @param rows A cell per column; controls in them are escaped.
 * @returns Lines without trailing spaces, the last one ending in a newline.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(
 *   formatTable(["ID", "NAMES"], [["0123456789ab", "web"]]),
 *   "ID             NAMES\n0123456789ab   web\n",
 * );
 * ```
 */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [header, ...rows].map((cells) => cells.map(printable));
  const widths = header.map((_, column) =>
    Math.max(
      NARROWEST,
      ...lines.map((cells) => width(cells[column] ?? "") + GUTTER),
    )
  );
  return lines.map((cells) => {
    const padded = cells.map((cell, column) =>
      cell + " ".repeat((widths[column] ?? 0) - width(cell))
    );
    return `${padded.join("").trimEnd()}\n`;
  }).join("");
}

/** In characters; a wide one counts as one, as in docker. */
function width(text: string): number {
  return [...text].length;
}
