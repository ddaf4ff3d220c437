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
import {
  callKernel,
  callKernelOnce,
  type Register,
  type Registers,
} from "../libc.ts";
import { mapCode } from "../machine_code.ts";
import { RAW } from "./bytes.ts";

/** Makes a call by number; a result in [-4095, -1] is a negated error number. */
export type RawCall = (number: number, registers: Registers) => number;

/** `long raw(long number, long a0, …, long a5)` */
const ENTRY = {
  parameters: ["u64", "u64", "u64", "u64", "u64", "u64", "u64"],
  result: "i64",
} as const satisfies Deno.ForeignFunction;

/** As Deno calls it; its own types leave out that it takes numbers, too. */
interface RawEntry {
  call(number: Register, ...registers: Registers): bigint;
}

let machineCode: RawCall | undefined;

/**
 * Makes a system call on the calling thread, and makes it again to learn why
 * it failed. Should it succeed then, that is its result.
 *
 * Where executable memory is refused, it is made twice for nothing. Not for
 * close(2), which releases the descriptor even if it fails.
 */
export function repeatableCall(number: number, registers: Registers): number {
  const result = callKernel(number, registers);
  return result >= 0 ? result : callOnce(number, registers);
}

/** Makes a system call exactly once, by machine code if that is allowed. */
export function callOnce(number: number, registers: Registers): number {
  machineCode ??= bindMachineCode() ?? callKernelOnce;
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
  const pointer = Deno.UnsafePointer.create<typeof ENTRY>(
    BigInt(address),
  );
  if (pointer === null) throw new TypeError("mmap() returned NULL");
  const entry: RawEntry = new Deno.UnsafeFnPointer(pointer, ENTRY);
  return (number, registers) => Number(entry.call(number, ...registers));
}

function mapRaw(): number | undefined {
  const { hex, symbols } = RAW[ARCH];
  try {
    return mapCode(Uint8Array.fromHex(hex)).address + symbols.raw;
  } catch (error) {
    if (error instanceof SyscallError) return undefined;
    throw error;
  }
}
