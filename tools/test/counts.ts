/**
 * Counts of tests: read from what `deno test` prints, added up, printed.
 *
 * @module
 */

/** How many tests ended in which way. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Nothing counted yet. */
export const NO_COUNTS: Counts = { passed: 0, failed: 0, skipped: 0 };

const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed(.*)$/gm;
const IGNORED = /\| (\d+) ignored/;

/**
 * Reads the closing line of `deno test`, without colours.
 *
 * @param output All it printed on its standard output.
 * @param status Its exit status. A run that failed without a failed test, such
 * as one that does not compile, counts as one failure.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(
 *   parseSummary("\nok | 3 passed (2 steps) | 0 failed | 1 ignored (9ms)\n", 0),
 *   { passed: 3, failed: 0, skipped: 1 },
 * );
 * ```
 */
export function parseSummary(output: string, status: number): Counts {
  const last = [...output.matchAll(SUMMARY)].at(-1);
  const failed = Number(last?.[2] ?? 0);
  return {
    passed: Number(last?.[1] ?? 0),
    failed: status === 0 ? failed : Math.max(failed, 1),
    skipped: Number(IGNORED.exec(last?.[3] ?? "")?.[1] ?? 0),
  };
}

/** Adds two counts. */
export function addCounts(one: Counts, other: Counts): Counts {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  };
}

/**
 * The line that ends a run.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(closingLine({ passed: 3, failed: 0, skipped: 0 }), "3 passed, 0 failed");
 * ```
 */
export function closingLine({ passed, failed, skipped }: Counts): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped === 0 ? line : `${line}, ${skipped} skipped`;
}
