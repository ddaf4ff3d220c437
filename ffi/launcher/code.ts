/**
 * The launcher's machine code in executable memory.
 *
 * @module
 */
import { ARCH } from "../arch/arch.ts";
import { LITTLE_ENDIAN } from "../endian.ts";
import { Memory } from "../memory.ts";
import { LAUNCHER } from "./bytes.ts";

/** Offsets of the code's entries on this architecture. */
export const SYMBOLS: Readonly<
  Record<"launch" | "batch" | "onsignal" | "signal_fd", number>
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
 * On aarch64 the instruction cache need not be flushed here: the page is fresh
 * anonymous memory that was never executable, and the kernel's `set_pte_at()`
 * cleans the data cache and invalidates the instruction cache of such a page
 * when mprotect(2) first makes it executable (`__sync_icache_dcache()` in
 * arch/arm64/mm/flush.c; a page's `PG_dcache_clean` is unset until then). The
 * return from that call synchronizes this thread's pipeline; another thread
 * executes the code after an exception of its own. So the code must be complete
 * before it becomes executable, and never changes afterwards.
 *
 * @param signalFd The descriptor the `onsignal` entry writes to.
 * @returns The mapping, for the caller to keep as long as the code may run.
 * @throws {SyscallError} `EACCES` or `EPERM` where executable memory is refused.
 */
export function loadCode(signalFd: number = -1): Memory {
  const code = Uint8Array.fromHex(LAUNCHER[ARCH].hex);
  const memory = new Memory(code.length);
  memory.bytes.set(code);
  memory.view.setInt32(SYMBOLS.signal_fd, signalFd, LITTLE_ENDIAN);
  try {
    memory.makeExecutable();
  } catch (error) {
    memory[Symbol.dispose]();
    throw error;
  }
  return memory;
}
