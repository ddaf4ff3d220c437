/**
 * Reads the entries of one file of a log, which may grow meanwhile.
 *
 * @module
 */
import { decodeEntries, type LogEntry } from "./entry.ts";

const BLOCK_BYTES = 256 * 1024;
/** No entry is so long: whatever this is, it is not kept. */
const LONGEST_BYTES = 16 * 1024 * 1024;
const NEWLINE = 0x0a;
const DECODER = new TextDecoder();

/** A place in a file, and what has been read of the entry there. */
export class EntryReader {
  readonly #file: Deno.FsFile;
  #buffer = new Uint8Array(BLOCK_BYTES);
  #used = 0;

  /** @param file Read from where it is; stays the caller's. */
  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /**
   * Reads on. A line is read once it has its end.
   *
   * @returns Some entries, or none of those that were damaged; `undefined` if
   * there are no more for now.
   */
  next(): LogEntry[] | undefined {
    for (;;) {
      this.#makeRoom();
      const length = this.#file.readSync(this.#buffer.subarray(this.#used));
      if (length === null) return undefined;
      const used = this.#used + length;
      const end = this.#buffer.subarray(0, used).lastIndexOf(NEWLINE);
      const isNew = end >= this.#used;
      this.#used = used;
      if (!isNew) continue;
      const text = DECODER.decode(this.#buffer.subarray(0, end));
      this.#buffer.copyWithin(0, end + 1, used);
      this.#used = used - end - 1;
      return decodeEntries(text);
    }
  }

  #makeRoom(): void {
    const { length } = this.#buffer;
    if (this.#used < length) return;
    if (length >= LONGEST_BYTES) {
      this.#used = 0;
      return;
    }
    const larger = new Uint8Array(2 * length);
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}
