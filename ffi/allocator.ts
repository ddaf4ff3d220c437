/**
 * The C library's allocator, which keeps what has been freed for who asks next.
 *
 * @module
 * @see malloc_trim(3), brk(2)
 */
import { trySyscall } from "./syscall.ts";

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

/** `asm-generic/mman-common.h`. */
const MADV_NOHUGEPAGE = 15;

/** Where the heap begins, among the fields after the name, from 0. */
const START_BRK_FIELD = 44;

/** No huge page begins in what is left out for it; all pages are aligned to it. */
const ALIGNMENT = 2n ** 16n;

/**
 * Has the kernel make no more large pages of the allocator's heap. It does so by
 * and by where they are asked for, in places that are hardly used, too.
 *
 * @see madvise(2); proc_pid_stat(5), field 47
 */
export function forgoLargePages(): void {
  const stat = Deno.readTextFileSync("/proc/self/stat");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const heap = BigInt(fields[START_BRK_FIELD] ?? 0);
  const start = (heap + ALIGNMENT - 1n) / ALIGNMENT * ALIGNMENT;
  const length = BigInt(trySyscall("brk", 0)) - start;
  // Refused by kernels without large pages.
  if (length > 0n) trySyscall("madvise", start, length, MADV_NOHUGEPAGE);
}
