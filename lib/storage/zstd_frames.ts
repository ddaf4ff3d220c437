/**
 * Finds the frames of a zstd file by their headers alone. Deno's decompressor
 * takes one frame at a time and accepts one that is cut short, so both is
 * seen to here.
 *
 * @module
 * @see RFC 8878, section 3.1
 */
import type { FileRange } from "./archive_worker.ts";

/** Reads up to `length` bytes of a file at an offset; fewer at its end. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

const MAGIC = 0xfd2fb528;
/** Sixteen numbers, `0x184d2a50` to `0x184d2a5f`, mark what to skip. */
const SKIPPABLE_MAGIC = 0x184d2a50;
const FRAME_HEADER_MAX = 18;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
const BLOCK_TYPE_RLE = 1;

/**
 * The frames of a file, without those to be skipped.
 *
 * @returns `undefined` if the file is cut short or something else is in it.
 */
export function findZstdFrames(
  readAt: ReadAt,
  sizeBytes: number,
): FileRange[] | undefined {
  const frames: FileRange[] = [];
  for (let start = 0; start < sizeBytes;) {
    const header = readAt(start, FRAME_HEADER_MAX);
    const magic = littleEndian(header, 0, 4);
    const isSkippable = magic - magic % 16 === SKIPPABLE_MAGIC;
    if (magic !== MAGIC && !isSkippable) return undefined;
    const end = isSkippable
      ? start + 8 + littleEndian(header, 4, 4)
      : endOfFrame(readAt, start, header);
    if (end === undefined || end > sizeBytes) return undefined;
    if (!isSkippable) frames.push({ start, end });
    start = end;
  }
  return frames;
}

/** Goes from block to block until the last one; their sizes are in front. */
function endOfFrame(
  readAt: ReadAt,
  start: number,
  header: Uint8Array,
): number | undefined {
  const descriptor = header[4] ?? 0;
  let at = start + headerBytes(descriptor);
  for (;;) {
    const bytes = readAt(at, BLOCK_HEADER_BYTES);
    if (bytes.length < BLOCK_HEADER_BYTES) return undefined;
    const block = littleEndian(bytes, 0, BLOCK_HEADER_BYTES);
    const isLast = (block & 1) === 1;
    const type = (block >> 1) & 3;
    at += BLOCK_HEADER_BYTES + (type === BLOCK_TYPE_RLE ? 1 : block >> 3);
    if (isLast) return (descriptor & 4) === 0 ? at : at + CHECKSUM_BYTES;
  }
}

/** Length of magic, descriptor, window, dictionary id and content size. */
function headerBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const windowBytes = isSingleSegment ? 0 : 1;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag;
  return 5 + windowBytes + dictionaryBytes + sizeBytes;
}

function littleEndian(bytes: Uint8Array, start: number, width: number): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i--) {
    value = value * 256 + (bytes[start + i] ?? 0);
  }
  return value;
}
