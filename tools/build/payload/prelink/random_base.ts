/**
 * Where a prelinked program is put: somewhere else on each machine, so that
 * knowing one tells nothing of another.
 *
 * @module
 */

/** A page of the kernels with the largest ones. */
export const BASE_ALIGNMENT = 2 ** 16;

/**
 * Below the first, small numbers would be addresses. Behind the others come
 * the program's heap and, from above, its libraries and stack, also where
 * their size is unlimited: they begin at a sixth of all addresses at the
 * earliest. Those are 2^47 on x86_64; on aarch64 as few as 2^39.
 */
const FIRST = 2 ** 32;
const ENDS = { x86_64: 2 ** 44, aarch64: 2 ** 37 } as const;

/**
 * Chooses where the address 0 of a program is to be.
 *
 * @param arch Whose addresses they are.
 * @returns A multiple of {@linkcode BASE_ALIGNMENT}. There are 2^28 of them on
 * x86_64, as for the kernel's own choice, and 2^21 on aarch64, where the
 * kernel may choose among 2^18.
 */
export function randomBase(arch: keyof typeof ENDS): number {
  const count = ENDS[arch] / BASE_ALIGNMENT;
  const word = new Uint32Array(1);
  for (;;) {
    const [number = 0] = crypto.getRandomValues(word);
    const base = (number % count) * BASE_ALIGNMENT; // a power of two: all alike
    if (base >= FIRST) return base;
  }
}
