/**
 * Content that is nothing but zeros need not be stored: a file has a hole there.
 *
 * @module
 */
import type { Extent } from "../../../ffi/calls/file.ts";
import type { Memory } from "../../../ffi/memory.ts";

/** Shorter ones would cut a file into pieces. */
const MIN_HOLE_BYTES = 64 * 1024;
const WORD_BYTES = 4;

/** Whether part of a memory is worth a hole: long, and all zeros. */
export function isHole(memory: Memory, { offset, length }: Extent): boolean {
  if (length < MIN_HOLE_BYTES || offset % WORD_BYTES !== 0) return false;
  const count = Math.floor(length / WORD_BYTES);
  const words = new Uint32Array(memory.bytes.buffer, offset, count);
  for (let at = 0; at < count; at++) {
    if (words[at] !== 0) return false;
  }
  const end = offset + length;
  return memory.bytes.subarray(offset + count * WORD_BYTES, end)
    .every((byte) => byte === 0);
}
