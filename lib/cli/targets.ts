/**
 * Commands that do the same to several containers.
 *
 * @module
 */
import { NotFoundError } from "../base/errors.ts";
import type { CommandContext } from "./context.ts";
import { EXIT_STATUS } from "./errors.ts";

/** What {@linkcode forEachTarget} does with each. */
export interface TargetAction {
  /** Whether a missing target is reported but forgiven. */
  readonly force: boolean;
  /** Acts on one target. */
  act(target: string): Promise<void> | void;
}

/**
 * Acts on every target, prints those that succeeded as they were given, and
 * reports the others.
 *
 * @returns 0, or 1 if any failed.
 */
export async function forEachTarget(
  targets: readonly string[],
  context: Pick<CommandContext, "stdout" | "report">,
  { force, act }: TargetAction,
): Promise<number> {
  let status: number = EXIT_STATUS.success;
  for (const target of targets) {
    try {
      await act(target);
    } catch (error) {
      context.report(error);
      const isForgiven = force && error instanceof NotFoundError;
      if (!isForgiven) status = EXIT_STATUS.failure;
      continue;
    }
    context.stdout.write(`${target}\n`);
  }
  return status;
}
