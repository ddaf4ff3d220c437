/**
 * From text to the bytes of entries, in memory of its own that is used again
 * and again: a container may write gigabytes of empty lines, each of which
 * becomes 70 bytes, and its keeper should not grow with them.
 *
 * @module
 */
import type { LogStream } from "./entry.ts";

/** When something was written, and to what. */
export interface EntryOrigin {
  readonly stream: LogStream;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
}

/** The longest text that is encoded at once, in UTF-16 units. */
export const LONGEST_TEXT = 36 * 1024;

/** A control character takes six bytes in JSON. */
const ESCAPED_BYTES = 6 * LONGEST_TEXT + 4;
/** As much is collected before it is written. */
const FLUSH_BYTES = 64 * 1024;
/** More than what surrounds the text of an entry, twice. */
const FRAME_BYTES = 256;

const HEAD = '{"log":"';
const BACKSLASH = 0x5c;
const LETTER_N = 0x6e;

/** The parts of the memory: entries, what is between two texts, one text. */
const BETWEEN = FLUSH_BYTES + ESCAPED_BYTES + FRAME_BYTES;
const ESCAPED = BETWEEN + FRAME_BYTES;

const ENCODER = new TextEncoder();

/** Encodes entries. */
export class EntryEncoder {
  /** What is never touched takes no memory. */
  readonly #bytes = new Uint8Array(ESCAPED + ESCAPED_BYTES);

  /**
   * Encodes text as entries: one for each line, and one for what follows the
   * last, if anything does.
   *
   * All of the text is escaped at once, since a call for each line would take
   * most of the time. In what comes out, an end of a line is a backslash and
   * an `n`; any other backslash has its own letter after it.
   *
   * @param text Not empty, at most {@linkcode LONGEST_TEXT}.
   * @param write Takes entries in full, in memory that is used again after.
   */
  encode(
    text: string,
    origin: EntryOrigin,
    write: (entries: Uint8Array) => void,
  ): void {
    const bytes = this.#bytes;
    const between = this.#put(`\\n${tail(origin)}${HEAD}`, BETWEEN);
    const end = this.#put(JSON.stringify(text), ESCAPED) - '"'.length;
    // Found at the latest.
    bytes[end] = BACKSLASH;
    let used = this.#put(HEAD, 0);
    let start = ESCAPED + '"'.length;
    for (let at = start;; at += 2) {
      at = bytes.indexOf(BACKSLASH, at);
      if (at === end) break;
      if (bytes[at + 1] !== LETTER_N) continue;
      bytes.copyWithin(used, start, at);
      used += at - start;
      bytes.copyWithin(used, BETWEEN, between);
      used += between - BETWEEN;
      start = at + 2;
      if (used < FLUSH_BYTES) continue;
      write(bytes.subarray(0, used - HEAD.length));
      used = this.#put(HEAD, 0);
    }
    if (start < end) {
      bytes.copyWithin(used, start, end);
      used = this.#put(tail(origin), used + end - start);
    } else {
      used -= HEAD.length;
    }
    if (used > 0) write(bytes.subarray(0, used));
  }

  /** Puts text somewhere, and returns where it ends. */
  #put(text: string, offset: number): number {
    return offset +
      ENCODER.encodeInto(text, this.#bytes.subarray(offset)).written;
  }
}

/** What follows the text of an entry. */
function tail({ stream, timeMs }: EntryOrigin): string {
  const time = new Date(timeMs).toISOString();
  return `","stream":"${stream}","time":"${time}"}\n`;
}
