/**
 * A wait without a timer of Deno's: the first of those loads what 2 MB of a
 * process's memory are taken by for the rest of its life.
 *
 * @module
 */

/**
 * Waits. Does not keep the process alive; if nothing else does, it ends, as
 * with `Deno.unrefTimer()`.
 */
export async function pause(ms: number): Promise<void> {
  // Nobody else knows this cell, so it is the time that ends the wait.
  const cell = new Int32Array(new SharedArrayBuffer(4));
  await Atomics.waitAsync(cell, 0, 0, ms).value;
}
