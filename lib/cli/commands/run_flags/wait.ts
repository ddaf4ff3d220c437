/**
 * `--wait` of `run`, understood. Apart from the waiting, which few ask for.
 *
 * @module
 */
import { parseDurationMs } from "../../../base/duration.ts";
import { UsageError } from "../../../base/errors.ts";

/**
 * Reads `--wait[=DURATION]`.
 *
 * @param options As parsed; without a duration `wait` is empty.
 * @returns Milliseconds, `Infinity` for as long as it takes, `undefined` not to
 * wait.
 * @throws {UsageError} If it is not a duration, or there is no `--detach`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(parseWait({ wait: "1m", detach: true }), 60_000);
 * assert.equal(parseWait({ detach: true }), undefined);
 * ```
 */
export function parseWait(
  { wait, detach }: { readonly wait?: string; readonly detach: boolean },
): number | undefined {
  if (wait === undefined) return undefined;
  if (!detach) {
    throw new UsageError(
      "--wait needs --detach: without it, run waits anyway",
      {
        advice: "tsdocker run -d --wait",
      },
    );
  }
  return wait === "" ? Infinity : parseDurationMs(wait);
}
