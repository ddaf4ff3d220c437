/**
 * A wait without a timer of Deno's: the first of those loads what 2 MB of a
 * process's memory are taken by for the rest of its life.
 *
 * @module
 */

/**
 * Waits. Does not keep the process alive; if nothing else does, it ends, as
 * with `Deno.unrefTimer()`.
 *
 * @param signal Ends the wait before its time.
 */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const wake = (): void => void Atomics.notify(cell, 0);
  signal?.addEventListener("abort", wake);
  await Atomics.waitAsync(cell, 0, 0, ms).value;
  signal?.removeEventListener("abort", wake);
}
