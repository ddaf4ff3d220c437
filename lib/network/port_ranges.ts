/**
 * Sets of ports as ranges: joined, and without others. Pure. Nobody counts a
 * range's ports one by one, as there may be all 65,535 of them.
 *
 * @module
 */
import type { PortRange } from "./port_publication.ts";

/**
 * The same ports in as few ranges as possible, the lowest first.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const ranges = [{ first: 81, last: 90 }, { first: 80, last: 80 }];
 * assert.deepEqual(joinRanges(ranges), [{ first: 80, last: 90 }]);
 * ```
 */
export function joinRanges(ranges: readonly PortRange[]): PortRange[] {
  const joined: PortRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.first - b.first)) {
    const before = joined.at(-1);
    if (before === undefined || range.first > before.last + 1) {
      joined.push(range);
    } else if (range.last > before.last) {
      joined[joined.length - 1] = { first: before.first, last: range.last };
    }
  }
  return joined;
}

/**
 * The ports of a range that are in none of some others.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(
 *   withoutRanges({ first: 80, last: 90 }, [{ first: 81, last: 99 }]),
 *   [{ first: 80, last: 80 }],
 * );
 * ```
 */
export function withoutRanges(
  range: PortRange,
  others: readonly PortRange[],
): PortRange[] {
  return others.reduce<PortRange[]>(
    (rest, other) => rest.flatMap((one) => withoutRange(one, other)),
    [range],
  );
}

function withoutRange(range: PortRange, other: PortRange): PortRange[] {
  if (!overlapsRange(range, other)) return [range];
  return [
    { first: range.first, last: other.first - 1 },
    { first: other.last + 1, last: range.last },
  ].filter(({ first, last }) => first <= last);
}

/** Whether two ranges have a port in common. */
export function overlapsRange(one: PortRange, other: PortRange): boolean {
  return one.first <= other.last && other.first <= one.last;
}

/** All ports of a range, one by one. */
export function portsOf({ first, last }: PortRange): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
