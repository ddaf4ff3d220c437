/**
 * The words after the flags: how the usage line writes them, and how many a
 * command takes.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";
import type { PositionalSpec } from "./command.ts";

/**
 * The positionals as a usage line writes them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const image = { name: "IMAGE" };
 * const args = { name: "ARG", optional: true, repeats: true } as const;
 * assert.equal(positionalUsage([image, args]), "IMAGE [ARG...]");
 * ```
 */
export function positionalUsage(specs: readonly PositionalSpec[]): string {
  return specs.map(({ name, optional, repeats }) => {
    if (optional) return repeats ? `[${name}...]` : `[${name}]`;
    return repeats ? `${name} [${name}...]` : name;
  }).join(" ");
}

/**
 * Checks the number of positionals.
 *
 * @param name What follows `tsdocker`, for the message.
 * @param count How many were given.
 * @throws {UsageError} With docker's text if there are too few or too many.
 */
export function checkPositionals(
  name: string,
  specs: readonly PositionalSpec[],
  count: number,
): void {
  const least = specs.filter((spec) => !spec.optional).length;
  const most = specs.some((spec) => spec.repeats) ? Infinity : specs.length;
  if (count >= least && count <= most) return;
  const takes = most === 0
    ? "accepts no arguments"
    : least === most
    ? `requires exactly ${countArguments(least)}`
    : count < least
    ? `requires at least ${countArguments(least)}`
    : `requires at most ${countArguments(most)}`;
  throw new UsageError(`"tsdocker ${name}" ${takes}.`);
}

function countArguments(count: number): string {
  return count === 1 ? "1 argument" : `${count} arguments`;
}
