/**
 * Waiting a moment for the kernel without giving the thread up.
 *
 * @module
 */

const PAUSE_MS = 1;

/** Blocks the thread for a millisecond. */
export function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
}
