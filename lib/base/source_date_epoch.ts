/**
 * The time that stands for "now" in what is made to be made again elsewhere.
 *
 * @module
 * @see reproducible-builds.org, SOURCE_DATE_EPOCH specification
 */
import { UsageError } from "./errors.ts";

/** The latest time that JavaScript knows. */
const MAX_SECONDS = 8_640_000_000_000;

/**
 * Reads `SOURCE_DATE_EPOCH`.
 *
 * @returns Milliseconds since 1970, `undefined` if the variable is not set.
 * @throws {UsageError} If it is set to something else than seconds since 1970.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const env = new Map([["SOURCE_DATE_EPOCH", "1700000000"]]);
 * assert.equal(sourceDateEpochMs(env), 1_700_000_000_000);
 * assert.equal(sourceDateEpochMs(new Map()), undefined);
 * ```
 */
export function sourceDateEpochMs(
  env: { get(name: string): string | undefined },
): number | undefined {
  const text = env.get("SOURCE_DATE_EPOCH") ?? "";
  if (text === "") return undefined;
  const seconds = /^\d{1,13}$/.test(text) ? Number(text) : NaN;
  if (seconds <= MAX_SECONDS) return seconds * 1000;
  throw new UsageError(`invalid SOURCE_DATE_EPOCH: "${text}"`, {
    advice: "whole seconds since 1970, such as 1700000000",
  });
}
