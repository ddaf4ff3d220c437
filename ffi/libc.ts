/**
 * The C library, opened on first use. Binding costs about 0.1 ms a symbol, so
 * `syscall(2)` stands for the whole kernel and `__errno_location` for errors.
 *
 * @module
 */

const SYMBOLS = {
  /** `long syscall(long number, ...)` */
  syscall: {
    parameters: ["u64", "u64", "u64", "u64", "u64", "u64", "u64"],
    result: "i64",
  },
  /** `int *__errno_location(void)` */
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

const BLOCKING_SYMBOLS = {
  /** `long syscall(long number, ...)`, on a thread of its own */
  syscall: { ...SYMBOLS.syscall, nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;

/** The libraries Deno for Linux is linked with; both architectures name it so. */
const LIBC = "libc.so.6";

let symbols:
  | Deno.DynamicLibrary<typeof SYMBOLS>["symbols"]
  | undefined;
let blockingSymbols:
  | Deno.DynamicLibrary<typeof BLOCKING_SYMBOLS>["symbols"]
  | undefined;
let errnoView: Deno.UnsafePointerView | undefined;

/**
 * The bound functions of the C library, for calls on the calling thread.
 *
 * @returns The symbols; the library stays open as long as the process lives.
 */
export function libc(): Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] {
  return symbols ??= Deno.dlopen(LIBC, SYMBOLS).symbols;
}

/**
 * The same functions run on a thread of Deno's pool, for calls that wait. Such
 * a call loses its errno, and its thread has not our namespaces.
 */
export function blockingLibc(): Deno.DynamicLibrary<
  typeof BLOCKING_SYMBOLS
>["symbols"] {
  return blockingSymbols ??= Deno.dlopen(LIBC, BLOCKING_SYMBOLS).symbols;
}

/** The calling thread's `errno`; only meaningful right after a failed call. */
export function errno(): number {
  if (errnoView === undefined) {
    const pointer = libc().__errno_location();
    if (pointer === null) throw new TypeError("__errno_location() is NULL");
    errnoView = new Deno.UnsafePointerView(pointer);
  }
  return errnoView.getInt32();
}
