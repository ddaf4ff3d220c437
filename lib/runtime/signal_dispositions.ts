/**
 * What a process does with signals.
 *
 * @module
 * @see proc_pid_status(5), `SigCgt`
 */

/**
 * Whether a process has a handler for a signal. Process 1 of a container
 * ignores a signal that it has none for.
 *
 * @param pid In the host's pid namespace.
 * @returns False also if the process has ended.
 */
export function catchesSignal(pid: number, signal: number): boolean {
  return isInMask(/^SigCgt:\t([0-9a-f]+)$/m.exec(readStatus(pid))?.[1], signal);
}

/**
 * Whether a mask of signals as the kernel prints it has one of them.
 *
 * @param mask Hexadecimal digits; absent has none.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(isInMask("0000000000004002", 15));
 * assert.ok(!isInMask("0000000000004002", 9));
 * ```
 */
export function isInMask(mask: string | undefined, signal: number): boolean {
  if (mask === undefined) return false;
  return (BigInt(`0x${mask}`) >> BigInt(signal - 1) & 1n) === 1n;
}

function readStatus(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/status`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    // ESRCH: it has ended between open and read.
    if (error instanceof Error && error.message.includes("(os error 3)")) {
      return "";
    }
    throw error;
  }
}
