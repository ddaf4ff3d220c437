/**
 * The verdict on every number a call may have, as ranges of numbers.
 *
 * @module
 */
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import { SECCOMP_RET } from "./action.ts";
import type { CallArchitecture } from "./architecture.ts";
import type { ArchitectureRules } from "./architecture_rules.ts";
import type { Verdict } from "./call_rules.ts";

/** Numbers from this one up to the next range's, and what becomes of them. */
export interface CallRange {
  readonly from: number;
  readonly verdict: Verdict;
}

/** What becomes of calls newer than the newest that a policy names. */
export type NewerCalls = "default" | "ENOSYS";

const ENOSYS_WORD = SECCOMP_RET.ERRNO + ERRNO.ENOSYS;
const LAST_NUMBER = 0xffffffff;

/** The verdict that is the same whatever the arguments are. */
export function always(word: number): Verdict {
  return { alternatives: [], otherwise: word };
}

/**
 * Ranges of an architecture's rules.
 *
 * @returns In the order of their numbers, the first of them from the
 * architecture's first number.
 */
export function callRanges(
  { otherwise, verdicts, named }: ArchitectureRules,
  { firstNumber, endNumber }: CallArchitecture,
  newerCalls: NewerCalls,
): CallRange[] {
  const newest = [...named].filter((number) => number < endNumber)
    .reduce((a, b) => Math.max(a, b), -1);
  const isNewer = (number: number): boolean =>
    newest >= 0 && number > newest && number < endNumber;
  const unnamed = (number: number): Verdict =>
    always(
      newerCalls === "ENOSYS" && isNewer(number) ? ENOSYS_WORD : otherwise,
    );

  // Only here may a verdict differ from that of the number before.
  const starts = new Set([firstNumber, newest + 1, endNumber]);
  for (const number of verdicts.keys()) starts.add(number).add(number + 1);
  return mergeRanges(
    [...starts].filter((from) => from >= firstNumber && from <= LAST_NUMBER)
      .sort((a, b) => a - b)
      .map((from) => ({ from, verdict: verdicts.get(from) ?? unnamed(from) })),
  );
}

/** Makes one range of neighbours with the same verdict. */
function mergeRanges(ranges: readonly CallRange[]): CallRange[] {
  return ranges.filter(({ verdict }, index) => {
    const before = ranges[index - 1];
    return before === undefined || !isSame(before.verdict, verdict);
  });
}

function isSame(a: Verdict, b: Verdict): boolean {
  return a.otherwise === b.otherwise &&
    a.alternatives.length === b.alternatives.length &&
    (a.alternatives.length === 0 ||
      JSON.stringify(a.alternatives) === JSON.stringify(b.alternatives));
}
