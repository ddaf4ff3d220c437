/**
 * The launcher's machine code in executable memory.
 *
 * @module
 */
import { ARCH } from "../arch/arch.ts";
import { LITTLE_ENDIAN } from "../endian.ts";
import { mapCode } from "../machine_code.ts";
import type { Memory } from "../memory.ts";
import { LAUNCHER } from "./bytes.ts";

/** Offsets of the code's entries on this architecture. */
export const SYMBOLS: Readonly<
  Record<"launch" | "batch" | "handle" | "onsignal" | "signal_fd", number>
> = LAUNCHER[ARCH].symbols;

/**
 * Where a signal handler returns to: the offset of our own `restore`, or
 * `undefined` where the kernel brings that code itself.
 */
export function restorer(): number | undefined {
  const { symbols } = LAUNCHER[ARCH];
  return "restore" in symbols ? symbols.restore : undefined;
}

/**
 * Maps the launcher's code, ready to be called.
 *
 * @param signalFd The descriptor the `onsignal` entry writes to.
 * @returns The mapping, for the caller to keep as long as the code may run.
 * @throws {SyscallError} `EACCES` or `EPERM` where executable memory is refused.
 */
export function loadCode(signalFd: number = -1): Memory {
  const code = Uint8Array.fromHex(LAUNCHER[ARCH].hex);
  const view = new DataView(code.buffer);
  view.setInt32(SYMBOLS.signal_fd, signalFd, LITTLE_ENDIAN);
  return mapCode(code);
}

/** Where an entry of mapped code is, to be called. */
export function entryOf<T>(
  code: Memory,
  name: "launch" | "batch" | "handle",
): Deno.PointerObject<T> {
  const pointer = Deno.UnsafePointer.create<T>(
    BigInt(code.address + SYMBOLS[name]),
  );
  if (pointer === null) throw new TypeError("Code is at address 0");
  return pointer;
}
