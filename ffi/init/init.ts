/**
 * The init program of `run --init`: what it does is told in x86_64.s.
 *
 * @module
 */
import { ARCH } from "../arch/arch.ts";
import { INIT } from "./bytes.ts";

/**
 * The init program, a static ELF executable of this architecture.
 *
 * Run as `docker-init -- COMMAND ARGS…`, process 1 of a pid namespace, it exits
 * with COMMAND's status, or with 128 + the signal that killed it. If COMMAND
 * cannot be executed it exits with 127 (`ENOENT`) or 126, and writes the error
 * number, four bytes, to descriptor 3, if that was open at the start; the
 * descriptor is closed without a byte when COMMAND has been executed.
 *
 * @returns A fresh copy of its bytes.
 */
export function initProgram(): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(INIT[ARCH].hex);
}
