/**
 * The C library. `syscall(2)` stands for the whole kernel, `__errno_location` for
 * errors; each is bound on first use, as that costs some tenths of a millisecond.
 *
 * @module
 */

import { ERRNO } from "./constants/errno.ts";

const SYMBOLS = {
  /**
   * `long syscall(long number, ...)`. The last argument is a structure of one
   * word, which is passed as that word is: Deno compiles a function for each
   * symbol it binds but for those with structures, and compiling takes 0.3 ms
   * that the calls never win back.
   *
   * @see System V ABI for x86-64, 3.2.3; AAPCS64, 6.8.2
   */
  syscall: {
    parameters: ["u64", "u64", "u64", "u64", "u64", "u64", { struct: ["u64"] }],
    result: "i64",
  },
} as const satisfies Deno.ForeignLibraryInterface;

const BLOCKING_SYMBOLS = {
  /** `long syscall(long number, ...)`, on a thread of its own */
  syscall: {
    parameters: ["u64", "u64", "u64", "u64", "u64", "u64", "u64"],
    result: "i64",
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

const ERRNO_SYMBOLS = {
  /** `int *__errno_location(void)` */
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Six arguments, as registers hold them. */
export type Registers = readonly [
  bigint,
  bigint,
  bigint,
  bigint,
  bigint,
  bigint,
];

/** The libraries Deno for Linux is linked with; both architectures name it so. */
const LIBC = "libc.so.6";

let symbols:
  | Deno.DynamicLibrary<typeof SYMBOLS>["symbols"]
  | undefined;
let blockingSymbols:
  | Deno.DynamicLibrary<typeof BLOCKING_SYMBOLS>["symbols"]
  | undefined;
let errnoView: Deno.UnsafePointerView | undefined;

/** The last argument on its way. */
const LAST = new BigUint64Array(1);

/**
 * Calls `syscall(2)` on the calling thread.
 *
 * @param number Of the call; its arguments follow, as registers hold them.
 * @returns What the kernel returns, or -1 where it refuses.
 */
export function callKernel(
  number: bigint,
  ...[a0, a1, a2, a3, a4, a5]: Registers
): bigint {
  symbols ??= Deno.dlopen(LIBC, SYMBOLS).symbols;
  LAST[0] = a5;
  return symbols.syscall(number, a0, a1, a2, a3, a4, LAST);
}

/**
 * The same function run on a thread of Deno's pool, for calls that wait. Such
 * a call loses its errno, and its thread has not our namespaces.
 */
export function blockingLibc(): Deno.DynamicLibrary<
  typeof BLOCKING_SYMBOLS
>["symbols"] {
  return blockingSymbols ??= Deno.dlopen(LIBC, BLOCKING_SYMBOLS).symbols;
}

/**
 * As {@linkcode callKernel}, but made exactly once and with the error number,
 * which another call of V8's may have changed meanwhile.
 *
 * @returns The kernel's result, or a negated error number.
 */
export function callKernelOnce(
  number: bigint,
  ...registers: Registers
): bigint {
  // First, as binding it changes it.
  const errno = errnoView ??= bindErrno();
  const result = callKernel(number, ...registers);
  // Never 0: that would be a success.
  return result === -1n ? BigInt(-(errno.getInt32() || ERRNO.EIO)) : result;
}

/**
 * As {@linkcode callKernel}, but made again if it is refused, for the error
 * number: nobody else's calls bind what only they need.
 *
 * @returns The kernel's result, or a negated error number.
 */
export function callKernelAgain(
  number: bigint,
  ...registers: Registers
): bigint {
  const result = callKernel(number, ...registers);
  return result === -1n ? callKernelOnce(number, ...registers) : result;
}

function bindErrno(): Deno.UnsafePointerView {
  const { symbols } = Deno.dlopen(LIBC, ERRNO_SYMBOLS);
  const pointer = symbols.__errno_location();
  if (pointer === null) throw new TypeError("__errno_location() is NULL");
  return new Deno.UnsafePointerView(pointer);
}
