/**
 * Leaving a program by keys: somebody else takes its terminal over, and not a
 * byte of its output may be read by both or by neither.
 *
 * @module
 */
import { readReady } from "../../../ffi/calls/pipe.ts";
import { awaitInput } from "../../../ffi/calls/poll.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { Memory } from "../../../ffi/memory.ts";
import { ConflictError } from "../../base/errors.ts";

/** What came of an attempt to leave. */
export type DepartureOutcome =
  /** Somebody else has the program now. */
  | "left"
  /** All is as it was before. */
  | "stays";

/** How a program can be left. */
export interface DepartureOptions {
  /** What is typed to leave; empty for never. */
  readonly keys: Uint8Array;
  /**
   * Gives program and terminal to somebody else.
   *
   * @throws {ConflictError} If the program has ended meanwhile.
   * @throws {Error} If it failed otherwise; the program is ours as before.
   */
  handOver(): Promise<void>;
  /** Hears why it failed. */
  warn(text: string): void;
}

/** The possibility to leave a program that runs in a terminal. */
export class Departure {
  readonly #options: DepartureOptions;
  /** Never unmapped: a thread may wait with it for as long as we live. */
  readonly #request = new Memory(8);
  readonly #left = Promise.withResolvers<"left">();
  #attempt: Promise<DepartureOutcome> | undefined;

  constructor(options: DepartureOptions) {
    this.#options = options;
  }

  /** What is typed to leave. */
  get keys(): Uint8Array {
    return this.#options.keys;
  }

  /** The keys have been pressed. Nothing is read until this settles. */
  leave(): Promise<DepartureOutcome> {
    this.#attempt ??= this.#handOver();
    return this.#attempt;
  }

  /**
   * Reads as `read()` does, but takes nothing while, and nothing after, the
   * program is left. A thread of the pool that waits in read(2) cannot be called
   * back, so one waits in ppoll(2) and this thread reads.
   *
   * @returns Bytes read, 0 at the end or if the program has been left, negative
   * on an error.
   */
  async read(source: Fd, memory: Memory): Promise<number> {
    for (;;) {
      const isReady = await awaitInput(source, this.#request);
      while (this.#attempt !== undefined) {
        if (await this.#attempt === "left") return 0;
      }
      if (!source.isOpen) return 0;
      if (isReady) return readReady(source, memory);
    }
  }

  /**
   * Waits for the end of the program, or for its being left, whichever counts:
   * it may end while it is handed over.
   *
   * @param ended Settles when it has ended.
   */
  async outcome<Status>(ended: Promise<Status>): Promise<Status | "left"> {
    const first = await Promise.race([ended, this.#left.promise]);
    return await this.#attempt === "left" ? "left" : first;
  }

  async #handOver(): Promise<DepartureOutcome> {
    try {
      await this.#options.handOver();
      this.#left.resolve("left");
      return "left";
    } catch (error) {
      this.#attempt = undefined;
      this.#complain(error);
      return "stays";
    }
  }

  #complain(error: unknown): void {
    // It has just ended, which the caller is about to learn.
    if (error instanceof ConflictError) return;
    const why = error instanceof Error ? error.message : String(error);
    this.#options.warn(`Cannot leave it running in the background: ${why}`);
  }
}
