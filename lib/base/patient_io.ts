/**
 * Reading and writing standard streams, which whoever else has them may have
 * made non-blocking: then it is waited until there is something, or room.
 *
 * @module
 */
import { type Extent, read, write } from "../../ffi/calls/file.ts";
import { LITTLE_ENDIAN } from "../../ffi/endian.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { Memory } from "../../ffi/memory.ts";
import { syscall } from "../../ffi/syscall.ts";

const POLLIN = 0x1;
const POLLOUT = 0x4;
const POLLFD_BYTES = 8;

/**
 * Reads what there is, blocking the thread until there is something.
 *
 * @returns How many bytes; 0 at the end.
 */
export function readPatiently(
  fd: number,
  memory: Memory,
  extent: Extent,
): number {
  return patiently(fd, POLLIN, () => read(fd, memory, extent));
}

/**
 * Writes what there is room for, blocking the thread until there is some.
 *
 * @returns How many bytes, at least one.
 * @throws {SyscallError} `EPIPE` if nobody reads.
 */
export function writePatiently(
  fd: number,
  memory: Memory,
  extent: Extent,
): number {
  return patiently(fd, POLLOUT, () => write(fd, memory, extent));
}

/**
 * Writes all there is, blocking the thread until there is room.
 *
 * @throws {SyscallError} `EPIPE` if nobody reads, `ENOSPC`, …
 */
export function writeAllPatiently(
  fd: number,
  memory: Memory,
  { offset, length }: Extent,
): void {
  for (let at = 0; at < length;) {
    const rest = { offset: offset + at, length: length - at };
    at += writePatiently(fd, memory, rest);
  }
}

function patiently(fd: number, event: number, act: () => number): number {
  for (;;) {
    try {
      return act();
    } catch (error) {
      if (!isSyscallError(error, "EAGAIN")) throw error;
    }
    const request = new Uint8Array(POLLFD_BYTES);
    const view = new DataView(request.buffer);
    view.setInt32(0, fd, LITTLE_ENDIAN);
    view.setInt16(4, event, LITTLE_ENDIAN);
    syscall("ppoll", request, 1, null, null, 0);
  }
}
