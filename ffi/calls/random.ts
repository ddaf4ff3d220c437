/**
 * Random bytes of the kernel. Deno's `crypto` has them as well, but its first use
 * costs 0.1 ms.
 *
 * @module
 * @see getrandom(2)
 */
import { syscall } from "../syscall.ts";

/** As many are given at once whatever happens. */
const MAX_BYTES = 256;

/**
 * Bytes nobody can guess. Blocks only where the kernel has just been started.
 *
 * @param size How many, at most 256.
 */
export function getrandom(size: number): Uint8Array<ArrayBuffer> {
  if (size > MAX_BYTES) throw new RangeError(`${size} bytes are too many`);
  const bytes = new Uint8Array(size);
  syscall("getrandom", bytes, size, 0);
  return bytes;
}
