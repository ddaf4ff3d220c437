/**
 * Waiting without giving the thread up: nothing else happens meanwhile.
 *
 * @module
 */

/** Blocks the calling thread. */
export function blockThread(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
