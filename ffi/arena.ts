/**
 * Native memory that grows, for the arguments of recorded system calls: strings,
 * byte arrays and arrays of words, each at an address that stays.
 *
 * @module
 */
import { Memory } from "./memory.ts";
import type { RecordArgument } from "./record.ts";

const ENCODER = new TextEncoder();
/** Enough for an ordinary container's whole plan. */
const CHUNK_BYTES = 64 * 1024;
const WORD_BYTES = 8;
const HALF_BITS = 32;

/** How the value of a `{result}` is found: a number known by now. */
export type Resolve = (name: string) => number | bigint;

/** A piece of an {@linkcode Arena}. */
export interface Allocation {
  readonly address: bigint;
  /** The bytes at `address`, zero at first. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Allocations that live and die together. */
export class Arena implements Disposable {
  readonly #chunks: Memory[] = [];
  #used = 0;

  /** @param firstBytes Size of the first mapping; further ones come as needed. */
  constructor(firstBytes: number = CHUNK_BYTES) {
    this.#chunks.push(new Memory(firstBytes));
  }

  /**
   * Sets bytes aside.
   *
   * @param size How many; more than fit into the current mapping get their own.
   * @param alignment A power of two, at most the size of a page.
   * @throws {SyscallError} `ENOMEM`.
   */
  allocate(size: number, alignment: number = WORD_BYTES): Allocation {
    let chunk = this.#chunks.at(-1);
    let start = (this.#used + alignment - 1) & -alignment;
    if (chunk === undefined || start + size > chunk.bytes.length) {
      chunk = new Memory(Math.max(CHUNK_BYTES, size));
      this.#chunks.push(chunk);
      start = 0;
    }
    this.#used = start + size;
    return {
      address: chunk.address + BigInt(start),
      bytes: chunk.bytes.subarray(start, start + size),
    };
  }

  /** Copies bytes in, followed by one zero byte, and returns their address. */
  put(bytes: Uint8Array): bigint {
    const target = this.allocate(bytes.length + 1);
    target.bytes.set(bytes);
    return target.address;
  }

  /**
   * Turns an argument into what the kernel's register shall hold, with all it
   * points to copied in.
   *
   * @param resolve Called for every `{result}`, nested ones too.
   * @throws {TypeError} If a string holds a NUL, which would cut it short.
   */
  encode(argument: RecordArgument, resolve: Resolve): bigint {
    if (argument === null) return 0n;
    if (typeof argument === "string") return this.#putString(argument);
    if (typeof argument !== "object") return register(argument);
    if ("value" in argument) return register(argument.value);
    if ("bytes" in argument) return this.put(argument.bytes);
    if ("result" in argument) return register(resolve(argument.result));
    if ("pair" in argument) {
      const [low, high] = argument.pair.map((half) =>
        BigInt.asUintN(HALF_BITS, this.encode(half, resolve))
      ) as [bigint, bigint];
      return low | high << BigInt(HALF_BITS);
    }
    const values = argument.words.map((word) => this.encode(word, resolve));
    const target = this.allocate(values.length * WORD_BYTES);
    new BigUint64Array(
      target.bytes.buffer,
      target.bytes.byteOffset,
      values.length,
    ).set(values);
    return target.address;
  }

  #putString(text: string): bigint {
    if (text.includes("\0")) {
      throw new TypeError(
        `A string for the kernel holds a NUL: ${JSON.stringify(text)}`,
      );
    }
    return this.put(ENCODER.encode(text));
  }

  /** Unmaps everything; the kernel must have no more use for it. */
  [Symbol.dispose](): void {
    for (const chunk of this.#chunks.splice(0)) chunk[Symbol.dispose]();
  }
}

/** A number as the unsigned 64 bits of a register. */
function register(value: number | bigint): bigint {
  return BigInt.asUintN(64, BigInt(value));
}
