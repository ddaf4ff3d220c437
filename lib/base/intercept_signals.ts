/**
 * Signals past Deno's own handling, where that is possible.
 *
 * @module
 * @see sigaction(2)
 */
import { isSyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { interceptSignals } from "../../ffi/signals.ts";

/**
 * Takes signals over as {@linkcode interceptSignals} does.
 *
 * @returns The pipe's read end; `undefined` where executable memory is refused,
 * and no signal has been taken over.
 */
export function tryInterceptSignals(
  signals: readonly number[],
): Fd | undefined {
  try {
    return interceptSignals(signals);
  } catch (error) {
    if (!isSyscallError(error)) throw error;
    return undefined;
  }
}
