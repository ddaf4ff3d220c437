/**
 * The program that executes every program: what it does is told in x86_64.s.
 *
 * @module
 */
import { ARCH } from "../arch/arch.ts";
import { INIT } from "./bytes.ts";

/**
 * The init program, a static ELF executable of this architecture.
 *
 * Run as `exec COMMAND ARGS…` it becomes COMMAND. Run as `docker-init -- COMMAND
 * ARGS…`, process 1 of a pid namespace, it stays and exits with COMMAND's
 * status, or with 128 + the signal that killed it. If COMMAND cannot be executed
 * it exits with 127 (`ENOENT`) or 126, and writes the error number, four bytes,
 * to descriptor 3; the descriptor is closed without a byte when COMMAND has been
 * executed. If descriptor 3 is not open at the start it refuses with 126.
 *
 * @returns A fresh copy of its bytes.
 */
export function initProgram(): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(INIT[ARCH].hex);
}
