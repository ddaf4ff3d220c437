/**
 * Numbers of a runtime specification as the files of control groups take them.
 *
 * @module
 */
import { SpecError } from "../../base/errors.ts";

/** How the specification, and cgroup v1, write "unlimited". */
export const UNLIMITED = -1;

/**
 * Whether a number limits anything. 0 is what callers send for an option that
 * was not given; no container could live with such a limit.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual([undefined, 0, -1, 7].map(isGiven), [false, false, true, true]);
 * ```
 */
export function isGiven(value: number | undefined): value is number {
  return value !== undefined && value !== 0;
}

/**
 * A whole number in decimal digits, however large.
 *
 * @param value What to write; 0 or more.
 * @param pointer Where the specification has it.
 * @throws {SpecError} If it is negative or not a whole number.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(decimal(2 ** 70, ""), "1180591620717411303424");
 * ```
 */
export function decimal(value: number, pointer: string): string {
  if (!Number.isInteger(value) || value < 0) {
    throw new SpecError(
      pointer,
      `Cannot limit anything to "${value}": it is not a whole number, nor -1`,
    );
  }
  return String(BigInt(value));
}

/**
 * A limit in decimal digits, or the word for none.
 *
 * @param value What to write; `-1` is unlimited.
 * @param unlimited How the file spells that: `max`, or `-1` in cgroup v1.
 * @param pointer Where the specification has it.
 * @throws {SpecError} If it is another negative or not a whole number.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(limitText(4096, "max", ""), "4096");
 * assert.equal(limitText(-1, "max", ""), "max");
 * ```
 */
export function limitText(
  value: number,
  unlimited: "max" | "-1",
  pointer: string,
): string {
  return value === UNLIMITED ? unlimited : decimal(value, pointer);
}
