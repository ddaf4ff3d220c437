/**
 * The C library's allocator, which keeps what has been freed for who asks next.
 *
 * @module
 * @see malloc_trim(3)
 */

const SYMBOLS = {
  /** `int malloc_trim(size_t pad)`; no library but glibc has it. */
  malloc_trim: { parameters: ["usize"], result: "i32", optional: true },
} as const satisfies Deno.ForeignLibraryInterface;

const LIBC = "libc.so.6";

let library: Deno.DynamicLibrary<typeof SYMBOLS> | undefined;

/**
 * Gives the kernel the pages that the allocator keeps and nobody uses, those of
 * other threads' arenas too. Blocks for less than a millisecond.
 *
 * @returns Whether there were any; `undefined` where the library cannot.
 */
export function trimAllocator(): boolean | undefined {
  library ??= Deno.dlopen(LIBC, SYMBOLS);
  const given = library.symbols.malloc_trim?.(0n);
  return given === undefined ? undefined : given === 1;
}
