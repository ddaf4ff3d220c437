/**
 * Raw system calls by name. Strings and byte arrays are copied into one piece
 * of native memory for the call and byte arrays are copied back after it, so
 * no address of V8's heap ever reaches the kernel.
 *
 * @module
 */
import { ARCH, SYSCALL_NUMBERS, type SyscallName } from "./arch/arch.ts";
import { ERRNO, type ErrnoName } from "./constants/errno.ts";
import { writeCString } from "./c_string.ts";
import { SyscallError } from "./errno.ts";
import {
  blockingLibc,
  callKernel,
  type Register,
  type Registers,
  toRegister,
} from "./libc.ts";
import { Memory } from "./memory.ts";
import { callOnce, type RawCall, repeatableCall } from "./raw/raw.ts";

/**
 * An argument of a system call: a number, a NUL-terminated string, bytes the
 * kernel reads or fills, native memory passed by address, or NULL.
 */
export type SyscallArgument =
  | number
  | bigint
  | string
  | Uint8Array
  | Memory
  | null;

const NUMBERS = SYSCALL_NUMBERS[ARCH];
const SCRATCH_BYTES = 256 * 1024;

let scratch: Memory | undefined;

/**
 * Makes a system call on the calling thread.
 *
 * @param name The kernel's name of the call.
 * @param args Up to six arguments; absent ones are 0. A `Uint8Array` is copied
 * in and back out, together with the strings at most 256 KiB.
 * @returns The kernel's result, never negative.
 * @throws {SyscallError} If the kernel refuses.
 * @throws {TypeError} If a string holds a NUL, which would cut it short.
 */
export function syscall(
  name: SyscallName,
  ...args: SyscallArgument[]
): number {
  const result = makeCall(name, args);
  if (result < 0) throw new SyscallError(name, -result, describe(args));
  return result;
}

/**
 * As {@linkcode syscall}, for callers to whom some errors are an answer. To
 * throw and catch one takes as long as several calls.
 *
 * @param answers The errors that are not thrown.
 * @returns `undefined` for one of those.
 */
export function syscallUnless(
  answers: readonly ErrnoName[],
  name: SyscallName,
  ...args: SyscallArgument[]
): number | undefined {
  const result = makeCall(name, args);
  if (result >= 0) return result;
  if (answers.some((answer) => ERRNO[answer] === -result)) return undefined;
  throw new SyscallError(name, -result, describe(args));
}

/**
 * As {@linkcode syscall}, for callers to whom any refusal is an answer.
 *
 * @returns The kernel's result, or the negated error number.
 */
export function trySyscall(
  name: SyscallName,
  ...args: SyscallArgument[]
): number {
  return makeCall(name, args);
}

/**
 * As {@linkcode trySyscall}, but made exactly once even if it is refused, which
 * takes a little longer: for plans, whose calls are what they say.
 */
export function trySyscallOnce(
  name: SyscallName,
  ...args: SyscallArgument[]
): number {
  return makeCall(name, args, callOnce);
}

/**
 * Closes a descriptor. Its number is gone whatever close(2) answers, so nobody
 * needs to know what that is.
 */
export function closeDescriptor(descriptor: number): void {
  callKernel(NUMBERS.close, [descriptor, 0, 0, 0, 0, 0]);
}

function makeCall(
  name: SyscallName,
  args: readonly SyscallArgument[],
  call: RawCall = name === "close" ? callOnce : repeatableCall,
): number {
  const memory = scratch ??= new Memory(SCRATCH_BYTES);
  let used = 0;
  const registers: [...Registers] = [0, 0, 0, 0, 0, 0];
  const copies: { bytes: Uint8Array; offset: number }[] = [];
  // Without an iterator, which takes as long as all the rest of this.
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? null;
    if (typeof argument === "number") {
      registers[index] = toRegister(argument);
    } else if (typeof argument === "string") {
      registers[index] = memory.address + used;
      const size = writeCString(argument, memory.bytes.subarray(used));
      if (size === undefined) throw tooLong();
      used = align(used + size);
    } else if (argument instanceof Uint8Array) {
      if (used + argument.length > memory.bytes.length) throw tooLong();
      memory.bytes.set(argument, used);
      copies.push({ bytes: argument, offset: used });
      registers[index] = memory.address + used;
      used = align(used + argument.length);
    } else {
      registers[index] = register(argument);
    }
  }
  const result = call(NUMBERS[name], registers);
  if (result < 0) return result;
  for (const { bytes, offset } of copies) {
    bytes.set(memory.bytes.subarray(offset, offset + bytes.length));
  }
  return result;
}

/**
 * Makes a system call that may wait, on a thread of Deno's pool, which has not
 * our namespaces. A pending call keeps the process alive.
 *
 * @param args Numbers or {@linkcode Memory}, which must outlive the call.
 * @returns The kernel's result, or -1; the reason of a failure is lost.
 */
export async function syscallAsync(
  name: SyscallName,
  ...args: (number | bigint | Memory | null)[]
): Promise<number> {
  const [a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0] = args.map(register);
  const call = NUMBERS[name];
  return Number(await blockingLibc().syscall(call, a0, a1, a2, a3, a4, a5));
}

function register(argument: number | bigint | Memory | null): Register {
  if (argument === null) return 0;
  if (argument instanceof Memory) return argument.address;
  return toRegister(argument);
}

function align(offset: number): number {
  return (offset + 7) & ~7;
}

function tooLong(): RangeError {
  return new RangeError(`Arguments exceed ${SCRATCH_BYTES} bytes`);
}

/** The arguments as `strace` would print them, without the contents of bytes. */
function describe(args: SyscallArgument[]): string {
  return args.map((argument) => {
    if (argument === null) return "NULL";
    if (typeof argument === "string") return JSON.stringify(argument);
    if (argument instanceof Uint8Array) return `${argument.length} bytes`;
    if (argument instanceof Memory) return "memory";
    return String(argument);
  }).join(", ");
}
