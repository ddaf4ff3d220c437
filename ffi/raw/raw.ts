/**
 * System calls whose error number can be trusted.
 *
 * `syscall(3)` leaves the number in errno, which takes a second call to read.
 * Between the two V8 may compile or collect, and its own system calls change
 * errno: seen as ENOENT where the kernel had said EISDIR. Machine code can
 * return the number, but calling it takes ten times as long as a bound symbol.
 * So the C library makes the call, and a refused one, which has changed
 * nothing, is made again by machine code.
 *
 * @module
 */
import { ARCH } from "../arch/arch.ts";
import { SyscallError } from "../errno.ts";
import { callKernel, callKernelOnce, type Registers } from "../libc.ts";
import { mapCode } from "../machine_code.ts";
import { RAW } from "./bytes.ts";

/** Makes a call by number; a result in [-4095, -1] is a negated error number. */
export type RawCall = (number: bigint, registers: Registers) => bigint;

/** `long raw(long number, long a0, …, long a5)` */
const ENTRY = {
  parameters: ["u64", "u64", "u64", "u64", "u64", "u64", "u64"],
  result: "i64",
} as const satisfies Deno.ForeignFunction;

let machineCode: RawCall | undefined;

/**
 * Makes a system call on the calling thread, and makes it again to learn why
 * it failed. Should it succeed then, that is its result.
 *
 * Where executable memory is refused, it is made twice for nothing. Not for
 * close(2), which releases the descriptor even if it fails.
 */
export function repeatableCall(number: bigint, registers: Registers): bigint {
  const result = callKernel(number, ...registers);
  return result >= 0n ? result : callOnce(number, registers);
}

/** Makes a system call exactly once, by machine code if that is allowed. */
export function callOnce(number: bigint, registers: Registers): bigint {
  machineCode ??= bindMachineCode() ??
    ((number, registers) => callKernelOnce(number, ...registers));
  return machineCode(number, registers);
}

/**
 * Machine code that makes a call.
 *
 * @returns `undefined` where executable memory is refused.
 */
export function bindMachineCode(): RawCall | undefined {
  const address = mapRaw();
  if (address === undefined) return undefined;
  const pointer = Deno.UnsafePointer.create<typeof ENTRY>(address);
  if (pointer === null) throw new TypeError("mmap() returned NULL");
  const entry = new Deno.UnsafeFnPointer(pointer, ENTRY);
  return (number, [a0, a1, a2, a3, a4, a5]) =>
    entry.call(number, a0, a1, a2, a3, a4, a5);
}

function mapRaw(): bigint | undefined {
  const { hex, symbols } = RAW[ARCH];
  try {
    return mapCode(Uint8Array.fromHex(hex)).address + BigInt(symbols.raw);
  } catch (error) {
    if (error instanceof SyscallError) return undefined;
    throw error;
  }
}
