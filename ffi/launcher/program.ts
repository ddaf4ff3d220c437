/**
 * Recorded system calls laid out in native memory as the launcher's machine
 * code walks them. The structs are described in x86_64.s.
 *
 * @module
 */
import { ARCH, SYSCALL_NUMBERS } from "../arch/arch.ts";
import { type Allocation, type Arena, setRegister } from "../arena.ts";
import { ERRNO, type ErrnoName } from "../constants/errno.ts";
import { lookUp } from "../perform.ts";
import type { Results, SyscallRecord } from "../record.ts";
import { TIMESPEC } from "../structs.ts";

const NUMBERS = SYSCALL_NUMBERS[ARCH];
const RECORD_BYTES = 72;
/** Where its members are, in words of 32 bits. */
const FLAGS = 1;
const ARGUMENTS = 2;
const OUT = 14;
const RECORD_WORDS = 18;
/** Where its errors are, in bytes. */
const TOLERATE = 64;
const MAX_ARGUMENTS = 6;
const MAX_TOLERATED = 8;
const END = 0xffff_ffff;
const STATUS_BYTES = 16;
const CELL_BYTES = 8;
const CLOCK_MONOTONIC = 1;
const NS_PER_SECOND = 1_000_000_000n;
/** No system call returns it: what a cell holds until its call is made. */
const NOT_CALLED = -(2n ** 63n);
/** What a seccomp filter of the sequence itself may answer the woven clock. */
const CLOCK_ERRORS: readonly ErrnoName[] = ["EPERM", "EACCES", "ENOSYS"];

/** A system call that was made, as a trace shows it. */
export interface TracedCall {
  /** Its place in the list of records. */
  readonly index: number;
  /** What it returned; an error number is negated. */
  readonly result: number;
  /** How long it took, in nanoseconds, some hundred of them our own clock's. */
  readonly ns: number;
}

/** What ended a sequence before its end. */
export interface Failure {
  /** The failing record's place in the list. */
  readonly index: number;
  readonly errno: number;
}

/** What to encode. */
export interface ProgramOptions {
  readonly records: readonly SyscallRecord[];
  /** Values of `{result}` arguments that are known before the first call. */
  readonly results: Results;
  /** Weaves a reading of the clock between the calls. */
  readonly trace?: "times";
}

/** A sequence of records in an arena, and what became of it. */
export class Program {
  /** Address of the first record. */
  readonly address: number;
  /** Address of the status block. */
  readonly status: number;
  readonly #options: ProgramOptions;
  readonly #arena: Arena;
  readonly #records: Uint32Array;
  readonly #recordBytes: Uint8Array;
  readonly #status: BigInt64Array;
  readonly #cells: BigInt64Array;
  readonly #cellsAddress: number;
  /** Where the clock's readings go. */
  readonly #clock: Allocation | undefined;
  /** Cells of the names that records of this sequence leave. */
  readonly #names = new Map<string, number>();
  readonly #resolve = (name: string): number => this.#known(name);

  /**
   * Encodes records.
   *
   * @param arena Where everything goes; must live until the sequence has ended,
   * in a child until its execve.
   * @throws {TypeError} If a record names a result nobody has left, nests one
   * that only the sequence itself will know, or has too many arguments.
   */
  constructor(options: ProgramOptions, arena: Arena) {
    this.#options = options;
    this.#arena = arena;
    const { length } = options.records;
    const total = options.trace === undefined ? length : 2 * length + 1;
    const table = arena.allocate((total + 1) * RECORD_BYTES);
    const status = arena.allocate(STATUS_BYTES);
    const cells = arena.allocate(length * CELL_BYTES);
    const { buffer, byteOffset } = table.bytes;
    this.address = table.address;
    this.status = status.address;
    this.#records = new Uint32Array(buffer, byteOffset);
    this.#recordBytes = table.bytes;
    this.#status = wordsOf(status);
    this.#cells = wordsOf(cells).fill(NOT_CALLED);
    this.#cellsAddress = cells.address;
    if (options.trace !== undefined) {
      this.#clock = arena.allocate((length + 1) * TIMESPEC.size);
      this.#weaveClock(0);
    }
    let index = 0;
    for (const record of options.records) {
      this.#encode(index, record);
      index++;
      if (this.#clock !== undefined) this.#weaveClock(index);
    }
    this.#records[total * RECORD_WORDS] = END;
  }

  /** Whether the clock is read between the calls. */
  get isTraced(): boolean {
    return this.#clock !== undefined;
  }

  /** What ended the sequence early, if anything did. */
  get failure(): Failure | undefined {
    const record = Number(this.#status[0]);
    if (record === 0) return undefined;
    const slot = (record - this.address) / RECORD_BYTES;
    const errno = Number(this.#status[1]);
    if (errno === 0) {
      // A child ran out of records: what its last one tolerated was its end.
      const index = this.#options.records.length - 1;
      return { index, errno: -Number(this.#result(index)) };
    }
    return { index: this.isTraced ? slot >> 1 : slot, errno };
  }

  /** Leaves what the calls returned in the caller's results. */
  collect(): void {
    let index = 0;
    for (const { as } of this.#options.records) {
      const result = as === undefined ? NOT_CALLED : this.#result(index);
      index++;
      if (as === undefined || result === NOT_CALLED) continue;
      this.#options.results.set(as, Number(result));
    }
  }

  /**
   * The calls that were made, in order.
   *
   * @param end What the parent's monotonic clock showed afterwards, in ns, for
   * the call that has no reading of the clock behind it.
   * @returns Nothing if the program is not traced.
   */
  trace(end: bigint): readonly TracedCall[] {
    if (this.#clock === undefined) return [];
    const calls: TracedCall[] = [];
    const { records } = this.#options;
    for (let index = 0; index < records.length; index++) {
      const result = this.#result(index);
      // The one call without a result is the execve that did not return.
      const isLast = result === NOT_CALLED || index === records.length - 1 ||
        this.failure?.index === index;
      const start = this.#clockNs(index);
      const stop = this.#clockNs(index + 1) || (isLast ? end : start);
      calls.push({
        index,
        result: result === NOT_CALLED ? 0 : Number(result),
        ns: start === 0n ? 0 : Number(stop - start),
      });
      if (result === NOT_CALLED || this.failure?.index === index) break;
    }
    return calls;
  }

  /** Encoded once, by code that never gets warm: without any iterator. */
  #encode(index: number, record: SyscallRecord): void {
    const { call, args, as, tolerate } = record;
    const records = this.#records;
    const slot = this.#clock === undefined ? index : 2 * index + 1;
    const start = slot * RECORD_WORDS;
    if (
      args.length > MAX_ARGUMENTS || (tolerate?.length ?? 0) > MAX_TOLERATED
    ) {
      throw tooLong(index, record);
    }
    let flags = 0;
    for (let place = 0; place < args.length; place++) {
      const argument = args[place] ?? null;
      const at = start + ARGUMENTS + 2 * place;
      const cell = typeof argument === "object" && argument !== null &&
          "result" in argument
        ? this.#cellOf(argument.result)
        : undefined;
      if (cell !== undefined) flags |= 1 << place;
      const word = cell ?? this.#arena.encode(argument, this.#resolve);
      setRegister(records, at, word);
    }
    records[start] = NUMBERS[call];
    records[start + FLAGS] = flags;
    const out = this.#cellsAddress + index * CELL_BYTES;
    setRegister(records, start + OUT, out);
    if (tolerate !== undefined) this.#tolerate(slot, tolerate);
    if (as !== undefined) this.#names.set(as, index);
  }

  #tolerate(slot: number, errors: readonly ErrnoName[]): void {
    const numbers = errors.map((name) => ERRNO[name]);
    this.#recordBytes.set(numbers, slot * RECORD_BYTES + TOLERATE);
  }

  /** Writes the record that reads the clock after `count` calls. */
  #weaveClock(count: number): void {
    if (this.#clock === undefined) return;
    const slot = 2 * count;
    const start = slot * RECORD_WORDS;
    this.#records[start] = NUMBERS.clock_gettime;
    this.#records[start + ARGUMENTS] = CLOCK_MONOTONIC;
    const reading = this.#clock.address + count * TIMESPEC.size;
    setRegister(this.#records, start + ARGUMENTS + 2, reading);
    this.#tolerate(slot, CLOCK_ERRORS);
  }

  /** The reading of the clock after `count` calls, 0 if there is none. */
  #clockNs(count: number): bigint {
    if (this.#clock === undefined) return 0n;
    return timespecNs(this.#clock.bytes.subarray(count * TIMESPEC.size));
  }

  /** The cell's address, for a result that an earlier record will leave. */
  #cellOf(name: string): number | undefined {
    const index = this.#names.get(name);
    if (index === undefined) return undefined;
    return this.#cellsAddress + index * CELL_BYTES;
  }

  #known(name: string): number {
    if (this.#names.has(name)) {
      throw new TypeError(`Result "${name}" is not known early enough`);
    }
    return lookUp(this.#options.results, name);
  }

  #result(index: number): bigint {
    return this.#cells[index] ?? NOT_CALLED;
  }
}

/** A `struct timespec` in nanoseconds. */
export function timespecNs(bytes: Uint8Array): bigint {
  const { tv_sec, tv_nsec } = TIMESPEC.decode(bytes);
  return tv_sec * NS_PER_SECOND + tv_nsec;
}

function wordsOf({ bytes }: Allocation): BigInt64Array {
  return new BigInt64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
}

function tooLong(index: number, { call }: SyscallRecord): TypeError {
  return new TypeError(`Record ${index} (${call}) is too long`);
}
