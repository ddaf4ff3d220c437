/**
 * From a stream of bytes to text that can be logged: whole lines, and long ones
 * in pieces.
 *
 * @module
 */

/** Where a line that has no end yet is cut; docker cuts there, too. */
const LONGEST_PART = 16 * 1024;

const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
const NEWLINE = "\n";

/**
 * Collects the lines of one stream. What it keeps is bounded: less than 16 KiB
 * of a line, and a character that has not come in full.
 */
export class LineBuffer {
  #line = "";
  #character = new Uint8Array();

  /**
   * Takes bytes, and returns what can be written: lines, and the beginning of
   * the next if it is long; empty if nothing can be. Bytes that are not UTF-8
   * become U+FFFD.
   *
   * @param bytes Not kept.
   */
  push(bytes: Uint8Array): string {
    const joined = concatenate(this.#character, bytes);
    const length = joined.length - unfinishedBytes(joined);
    this.#character = joined.slice(length);
    const text = this.#line + DECODER.decode(joined.subarray(0, length));
    const end = text.length - text.lastIndexOf(NEWLINE) - 1 >= LONGEST_PART
      ? text.length
      : text.lastIndexOf(NEWLINE) + 1;
    this.#line = text.slice(end);
    return text.slice(0, end);
  }

  /** What is left at the end of the stream; empty if nothing is. */
  flush(): string {
    const text = this.#line + DECODER.decode(this.#character);
    this.#line = "";
    this.#character = new Uint8Array();
    return text;
  }
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/**
 * How many bytes at the end begin a character that goes on.
 *
 * @returns 0 to 3.
 * @see RFC 3629, section 3
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const euro = new TextEncoder().encode("€");
 * assert.equal(unfinishedBytes(euro.subarray(0, 2)), 2);
 * assert.equal(unfinishedBytes(euro), 0);
 * ```
 */
export function unfinishedBytes(bytes: Uint8Array): number {
  const LONGEST_CHARACTER = 4;
  for (let count = 1; count < LONGEST_CHARACTER; count++) {
    const byte = bytes.at(-count);
    if (byte === undefined || byte < 0x80) return 0;
    const isContinuation = byte < 0xc0;
    if (!isContinuation) return count < characterBytes(byte) ? count : 0;
  }
  return 0;
}

/** How long the character is that begins with a byte of at least 0xc0. */
function characterBytes(first: number): number {
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}
