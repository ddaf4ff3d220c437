/**
 * Machine code in executable memory.
 *
 * @module
 */
import { Memory } from "./memory.ts";

/**
 * Maps code, ready to be called.
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
 * @param code Position-independent, with its data already in it.
 * @returns The mapping, for the caller to keep as long as the code may run.
 * @throws {SyscallError} `EACCES` or `EPERM` where executable memory is refused.
 */
export function mapCode(code: Uint8Array): Memory {
  const memory = new Memory(code.length);
  memory.bytes.set(code);
  try {
    memory.makeExecutable();
  } catch (error) {
    memory[Symbol.dispose]();
    throw error;
  }
  return memory;
}
