/**
 * The program that a caller of `run -d` waits for: what it does is told in
 * x86_64.s. The build puts it into the portable file, whose header starts it.
 *
 * @module
 */
import { ARCH } from "../arch/arch.ts";
import { WAITER } from "./bytes.ts";

/**
 * The waiter, a static ELF executable of this architecture.
 *
 * Run as `waiter PROGRAM ARGS…` it starts PROGRAM, which inherits the end of a
 * pipe; the argument `0000000` becomes its number. One byte written there is
 * the waiter's exit status; otherwise it ends with PROGRAM, as that has ended.
 * Signals to the waiter alone are passed on as long as PROGRAM is in the
 * waiter's process group. If PROGRAM cannot be executed, it exits with 125.
 *
 * @returns A fresh copy of its bytes.
 */
export function waiterProgram(): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(WAITER[ARCH].hex);
}

/** The argument that the waiter replaces by a descriptor's number. */
export const DESCRIPTOR_WORD = "0000000";
