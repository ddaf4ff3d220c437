/**
 * A sliding view of a stream in native memory: what the parser looks at and
 * what write(2) takes file contents from, without a copy in between.
 *
 * @module
 */
import { Memory } from "../../../ffi/memory.ts";

/** Where the bytes of an archive come from; blocks until there are some. */
export interface ByteSource {
  /**
   * Puts up to `length` bytes at `offset` of the memory.
   *
   * @returns How many; 0 means the end.
   */
  read(memory: Memory, offset: number, length: number): number;
  /**
   * Moves on without reading, where the source can.
   *
   * @returns By how many bytes: up to `count`, fewer at the end.
   */
  skip?(count: number): number;
}

/** Small enough to stay in a core's cache between read(2) and write(2). */
const WINDOW_BYTES = 512 * 1024;

/** The bytes from the stream's current position on, as many as are loaded. */
export class Window implements Disposable {
  readonly memory = new Memory(WINDOW_BYTES);
  readonly #source: ByteSource;
  #start = 0;
  #end = 0;
  #position = 0;

  /** @param source Read only when more is asked for than is loaded. */
  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** All of the memory; `start` says where the current position is in it. */
  get bytes(): Uint8Array {
    return this.memory.bytes;
  }

  /** Index in `bytes` of the current position. */
  get start(): number {
    return this.#start;
  }

  /** How many bytes are loaded from the current position on. */
  get available(): number {
    return this.#end - this.#start;
  }

  /** Offset of the current position in the stream. */
  get position(): number {
    return this.#position;
  }

  /**
   * Loads until `count` bytes are available.
   *
   * @param count At most the size of the window.
   * @returns Whether the stream has so many left.
   */
  require(count: number): boolean {
    while (this.available < count) {
      if (!this.#load()) return false;
    }
    return true;
  }

  /** Moves on by `count` bytes, which are available. */
  consume(count: number): void {
    if (count > this.available) throw new RangeError("Consumes the unread");
    this.#start += count;
    this.#position += count;
  }

  /** Moves on by any number of bytes; false if the stream ends before. */
  skip(count: number): boolean {
    for (let left = count; left > 0;) {
      if (this.available === 0 && this.#source.skip !== undefined) {
        const skipped = this.#source.skip(left);
        this.#position += skipped;
        return skipped === left;
      }
      if (!this.require(1)) return false;
      const step = Math.min(left, this.available);
      this.consume(step);
      left -= step;
    }
    return true;
  }

  /** Gives the memory back. */
  [Symbol.dispose](): void {
    this.memory[Symbol.dispose]();
  }

  #load(): boolean {
    if (this.#start > 0) {
      this.bytes.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    const room = this.bytes.length - this.#end;
    if (room === 0) throw new RangeError("Requires more than the window holds");
    const count = this.#source.read(this.memory, this.#end, room);
    this.#end += count;
    return count > 0;
  }
}
