/**
 * Native memory that grows, for the arguments of recorded system calls: strings,
 * byte arrays and arrays of words, each at an address that stays.
 *
 * @module
 */
import { writeCString } from "./c_string.ts";
import { type Register, toRegister } from "./libc.ts";
import { Memory } from "./memory.ts";
import type { RecordArgument } from "./record.ts";

/** Enough for an ordinary container's whole plan. */
const CHUNK_BYTES = 64 * 1024;
const WORD_BYTES = 8;
const HALF_BITS = 32;
/** No code unit of a string takes more. */
const MAX_UTF8_BYTES = 3;

/** How the value of a `{result}` is found: a number known by now. */
export type Resolve = (name: string) => number | bigint;

/** A piece of an {@linkcode Arena}. */
export interface Allocation {
  readonly address: number;
  /** The bytes at `address`, zero at first. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Allocations that live and die together; nothing is mapped for none. */
export class Arena implements Disposable {
  readonly #chunks: Memory[] = [];
  readonly #chunkBytes: number;
  #used = 0;

  /** @param chunkBytes Size of its mappings, which come as needed. */
  constructor(chunkBytes: number = CHUNK_BYTES) {
    this.#chunkBytes = chunkBytes;
  }

  /**
   * Sets bytes aside.
   *
   * @param size How many; more than fit into the current mapping get their own.
   * @param alignment A power of two, at most the size of a page.
   * @throws {SyscallError} `ENOMEM`.
   */
  allocate(size: number, alignment: number = WORD_BYTES): Allocation {
    const { address, bytes } = this.#makeRoom(size, alignment);
    const start = this.#used;
    this.#used += size;
    return {
      address: address + start,
      bytes: bytes.subarray(start, start + size),
    };
  }

  /** The mapping that has room for so many bytes, from `#used` on. */
  #makeRoom(size: number, alignment: number): Memory {
    const start = (this.#used + alignment - 1) & -alignment;
    const current = this.#chunks.at(-1);
    if (current !== undefined && start + size <= current.bytes.length) {
      this.#used = start;
      return current;
    }
    const chunk = new Memory(Math.max(this.#chunkBytes, size));
    this.#chunks.push(chunk);
    this.#used = 0;
    return chunk;
  }

  /** Copies bytes in, followed by one zero byte, and returns their address. */
  put(bytes: Uint8Array): number {
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
  encode(argument: RecordArgument, resolve: Resolve): Register {
    if (typeof argument === "string") return this.#putString(argument);
    if (typeof argument !== "object") return toRegister(argument);
    if (argument === null) return 0;
    if ("value" in argument) return toRegister(argument.value);
    if ("bytes" in argument) return this.put(argument.bytes);
    if ("result" in argument) return toRegister(resolve(argument.result));
    if ("pair" in argument) {
      const [low, high] = argument.pair.map((half) =>
        BigInt.asUintN(HALF_BITS, BigInt(this.encode(half, resolve)))
      ) as [bigint, bigint];
      return low | high << BigInt(HALF_BITS);
    }
    const { words } = argument;
    const target = this.allocate(words.length * WORD_BYTES);
    const { buffer, byteOffset } = target.bytes;
    const halves = new Uint32Array(buffer, byteOffset, 2 * words.length);
    for (let index = 0; index < words.length; index++) {
      const word = this.encode(words[index] ?? null, resolve);
      setRegister(halves, 2 * index, word);
    }
    return target.address;
  }

  #putString(text: string): number {
    const most = MAX_UTF8_BYTES * text.length + 1;
    const { address, bytes } = this.#makeRoom(most, 1);
    const start = this.#used;
    this.#used += writeCString(text, bytes.subarray(start)) ?? most;
    return address + start;
  }

  /** Unmaps everything; the kernel must have no more use for it. */
  [Symbol.dispose](): void {
    for (const chunk of this.#chunks.splice(0)) chunk[Symbol.dispose]();
  }
}

/** Writes a register's 64 bits as two words of 32, the low one first. */
export function setRegister(
  words: Uint32Array,
  at: number,
  value: Register,
): void {
  // The array takes each number modulo 2^32, a negative one as its complement.
  if (typeof value === "number") {
    words[at] = value;
    words[at + 1] = Math.floor(value / 2 ** HALF_BITS);
  } else {
    words[at] = Number(BigInt.asUintN(HALF_BITS, value));
    words[at + 1] = Number(BigInt.asUintN(HALF_BITS, value >> 32n));
  }
}
