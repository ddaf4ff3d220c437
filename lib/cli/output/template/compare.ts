/**
 * Values of templates compared as Go does: what is of different types cannot
 * be, but anything may be compared to nothing.
 *
 * @module
 */
import { isNil } from "./value.ts";

/**
 * Whether two values are the same.
 *
 * @throws {Error} If they are of different types, or lists or maps.
 */
export function equals(a: unknown, b: unknown): boolean {
  if (isNil(a) || isNil(b)) return isNil(a) && isNil(b);
  assertComparable(a, b);
  return a === b;
}

/**
 * Which of two values is less.
 *
 * @returns Negative if the first one is, 0 if neither.
 * @throws {Error} If they are not both numbers or both texts.
 */
export function compare(a: unknown, b: unknown): number {
  assertComparable(a, b);
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") {
    return a === b ? 0 : a < b ? -1 : 1;
  }
  throw new Error("invalid type for comparison");
}

function assertComparable(a: unknown, b: unknown): void {
  if (typeof a === "object" || typeof b === "object") {
    throw new Error("invalid type for comparison");
  }
  if (typeof a !== typeof b) {
    throw new Error("incompatible types for comparison");
  }
}
