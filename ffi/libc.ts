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

/**
 * What a register shall hold. Whole numbers go as they are, negative ones too,
 * as to make large integers of them takes longer than some calls do.
 */
export type Register = number | bigint;

/** Six arguments, as registers hold them. */
export type Registers = readonly [
  Register,
  Register,
  Register,
  Register,
  Register,
  Register,
];

/**
 * A number as a register holds it.
 *
 * @param value Within 64 bits, of either sign.
 * @throws {RangeError} If it is no whole number.
 */
export function toRegister(value: number | bigint): Register {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  return BigInt.asUintN(64, BigInt(value));
}

/** The libraries Deno for Linux is linked with; both architectures name it so. */
const LIBC = "libc.so.6";

/** What is bound; Deno's own types leave out that it takes numbers, too. */
interface Symbols {
  syscall(
    number: Register,
    a0: Register,
    a1: Register,
    a2: Register,
    a3: Register,
    a4: Register,
    a5: BufferSource,
  ): bigint;
}

/** What is bound for threads of their own. */
export interface BlockingSymbols {
  syscall(number: Register, ...registers: Registers): Promise<bigint>;
}

let symbols: Symbols | undefined;
let blockingSymbols: BlockingSymbols | undefined;
let errnoView: Deno.UnsafePointerView | undefined;

/** The last argument on its way. */
const LAST = new BigUint64Array(1);

/**
 * Calls `syscall(2)` on the calling thread.
 *
 * @param number Of the call.
 * @returns What the kernel returns, or -1 where it refuses. An address is
 * exact, too: those of programs have 52 bits at most.
 */
export function callKernel(number: number, registers: Registers): number {
  symbols ??= Deno.dlopen(LIBC, SYMBOLS).symbols;
  const last = registers[5];
  LAST[0] = last === 0 ? 0n : BigInt(last);
  return Number(symbols.syscall(
    number,
    registers[0],
    registers[1],
    registers[2],
    registers[3],
    registers[4],
    LAST,
  ));
}

/**
 * The same function run on a thread of Deno's pool, for calls that wait. Such
 * a call loses its errno, and its thread has not our namespaces.
 */
export function blockingLibc(): BlockingSymbols {
  return blockingSymbols ??= Deno.dlopen(LIBC, BLOCKING_SYMBOLS).symbols;
}

/**
 * As {@linkcode callKernel}, but made exactly once and with the error number,
 * which another call of V8's may have changed meanwhile.
 *
 * @returns The kernel's result, or a negated error number.
 */
export function callKernelOnce(number: number, registers: Registers): number {
  // First, as binding it changes it.
  const errno = errnoView ??= bindErrno();
  const result = callKernel(number, registers);
  // Never 0: that would be a success.
  return result === -1 ? -(errno.getInt32() || ERRNO.EIO) : result;
}

/**
 * As {@linkcode callKernel}, but made again if it is refused, for the error
 * number: nobody else's calls bind what only they need.
 *
 * @returns The kernel's result, or a negated error number.
 */
export function callKernelAgain(number: number, registers: Registers): number {
  const result = callKernel(number, registers);
  return result === -1 ? callKernelOnce(number, registers) : result;
}

function bindErrno(): Deno.UnsafePointerView {
  const { symbols } = Deno.dlopen(LIBC, ERRNO_SYMBOLS);
  const pointer = symbols.__errno_location();
  if (pointer === null) throw new TypeError("__errno_location() is NULL");
  return new Deno.UnsafePointerView(pointer);
}
