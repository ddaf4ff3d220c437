/**
 * The weight of block I/O that a specification asks for, in its own range.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Block IO"
 */
import { SpecError } from "../../base/errors.ts";

const MIN = 10;
const MAX = 1000;

/**
 * Judges a weight.
 *
 * @param weight `linux.resources.blockIO.weight`.
 * @throws {SpecError} If it is not a whole number from 10 to 1000.
 */
export function assertBlockWeight(weight: number): void {
  if (Number.isInteger(weight) && weight >= MIN && weight <= MAX) return;
  throw new SpecError(
    "/linux/resources/blockIO/weight",
    `Cannot set the weight of block I/O to ${weight}: the range is from ${MIN} to ${MAX}`,
  );
}
