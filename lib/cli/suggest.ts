/**
 * "Did you mean": the known word nearest to a mistyped one.
 *
 * @module
 */

/**
 * Finds the word a person most likely meant.
 *
 * @param typed The unknown word.
 * @param known Words that exist.
 * @returns The nearest one, if it is near enough to be worth naming: at most
 * one edit per three letters, and always one.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(suggest("rnu", ["run", "rm", "ps"]), "run");
 * assert.equal(suggest("frobnicate", ["run", "rm", "ps"]), undefined);
 * ```
 */
export function suggest(
  typed: string,
  known: Iterable<string>,
): string | undefined {
  let limit = Math.max(1, Math.floor(typed.length / 3));
  let nearest: string | undefined;
  for (const word of known) {
    const distance = editDistance(typed, word);
    // A word of which nothing is left standing was not meant.
    if (distance >= Math.min(typed.length, word.length)) continue;
    if (distance > limit || (nearest !== undefined && distance === limit)) {
      continue;
    }
    nearest = word;
    limit = distance;
  }
  return nearest;
}

/**
 * Counts the edits between two words: letters inserted, removed or replaced,
 * and two neighbours swapped (optimal string alignment).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(editDistance("verison", "version"), 1);
 * assert.equal(editDistance("ps", ""), 2);
 * ```
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      let best = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
      );
      if (a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, at(beforeLast, column - 2) + 1);
      }
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
