/**
 * Lists of numbers as the kernel writes them: `0-2,7`.
 *
 * @module
 * @see cpuset(7), "List Format"
 */

/** Consecutive numbers, both ends included. */
type Range = readonly [first: number, last: number];

const RANGE = /^(\d{1,9})(?:-(\d{1,9}))?$/;

/**
 * Reads a list.
 *
 * @returns Its ranges as written, or `undefined` if it is not a list.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseNumberList("0-2,7"), [[0, 2], [7, 7]]);
 * assert.equal(parseNumberList("2-0"), undefined);
 * ```
 */
export function parseNumberList(text: string): readonly Range[] | undefined {
  const ranges: Range[] = [];
  for (const part of text.split(",")) {
    const [matched, from = "", to = from] = RANGE.exec(part) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (matched === undefined || last < first) return undefined;
    ranges.push([first, last]);
  }
  return ranges;
}

/**
 * How many numbers are in a list without overlaps, as the kernel's are.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(countNumbers("0-3,8"), 5);
 * ```
 */
export function countNumbers(text: string): number {
  return (parseNumberList(text) ?? []).reduce(
    (count, [first, last]) => count + last - first + 1,
    0,
  );
}

/**
 * Whether all numbers of one list are in the other, whose ranges are sorted
 * and not adjacent, as the kernel's are.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(isSublist("0,2-3", "0-3,8"));
 * assert.ok(!isSublist("3-8", "0-3,8"));
 * ```
 */
export function isSublist(text: string, whole: string): boolean {
  const available = parseNumberList(whole) ?? [];
  return (parseNumberList(text) ?? []).every(([first, last]) =>
    available.some(([from, to]) => from <= first && last <= to)
  );
}
