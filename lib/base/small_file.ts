/**
 * Files that somebody else may have put there, as text.
 *
 * @module
 */
import { fstat } from "../../ffi/calls/stat.ts";
import { S_IFMT, S_IFREG } from "../../ffi/constants/stat.ts";
import type { Fd } from "../../ffi/fd.ts";

/** What is larger is no file of users. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/**
 * Reads a small regular file. Anything else is not even opened: to open a pipe
 * waits, to open a device may do something.
 *
 * @param file As `O_PATH`; stays the caller's.
 * @returns Its text; `undefined` if it is something else, or of more than 16 MiB.
 */
export function readSmallFile(file: Fd): string | undefined {
  const { mode, sizeBytes } = fstat(file.number);
  const isRegular = (mode & S_IFMT) === S_IFREG;
  if (!isRegular || sizeBytes > MAX_FILE_BYTES) return undefined;
  return Deno.readTextFileSync(file.path);
}
