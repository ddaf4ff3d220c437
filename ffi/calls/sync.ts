/**
 * What has been written, on its way to the disk.
 *
 * @module
 * @see syncfs(2)
 */
import type { Fd } from "../fd.ts";
import { syscall } from "../syscall.ts";

/**
 * `syncfs(2)`: returns when all that was written to a file system, by whomever,
 * is on its disk. Blocks.
 *
 * @param file Any open file of it, for reading or writing.
 * @throws {SyscallError} If something could not be written: `EIO`, `ENOSPC`.
 */
export function syncfs(file: Fd): void {
  syscall("syncfs", file.number);
}
