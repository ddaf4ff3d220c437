/**
 * Recorded system calls laid out in native memory as the launcher's machine
 * code walks them. The structs are described in x86_64.s.
 *
 * @module
 */
import { ARCH, SYSCALL_NUMBERS } from "../arch/arch.ts";
import type { Allocation, Arena } from "../arena.ts";
import { ERRNO, type ErrnoName } from "../constants/errno.ts";
import { LITTLE_ENDIAN } from "../endian.ts";
import { lookUp } from "../perform.ts";
import type { RecordArgument, Results, SyscallRecord } from "../record.ts";
import { TIMESPEC } from "../structs.ts";

const NUMBERS = SYSCALL_NUMBERS[ARCH];
const RECORD_BYTES = 72;
const ARGUMENTS_OFFSET = 8;
const OUT_OFFSET = 56;
const TOLERATE_OFFSET = 64;
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
  readonly address: bigint;
  /** Address of the status block. */
  readonly status: bigint;
  readonly #options: ProgramOptions;
  readonly #arena: Arena;
  readonly #table: DataView;
  readonly #statusView: DataView;
  readonly #cells: DataView;
  readonly #cellsAddress: bigint;
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
    const { records } = options;
    const total = options.trace !== undefined
      ? 2 * records.length + 1
      : records.length;
    const table = arena.allocate((total + 1) * RECORD_BYTES);
    const status = arena.allocate(STATUS_BYTES);
    const cells = arena.allocate(records.length * CELL_BYTES);
    this.address = table.address;
    this.status = status.address;
    this.#table = viewOf(table.bytes);
    this.#statusView = viewOf(status.bytes);
    this.#cells = viewOf(cells.bytes);
    this.#cellsAddress = cells.address;
    if (options.trace !== undefined) {
      this.#clock = arena.allocate((records.length + 1) * TIMESPEC.size);
      this.#weaveClock(0);
    }
    for (const [index, record] of records.entries()) {
      this.#encode(index, record);
      if (this.isTraced) this.#weaveClock(index + 1);
    }
    this.#table.setUint32(total * RECORD_BYTES, END, LITTLE_ENDIAN);
  }

  /** Whether the clock is read between the calls. */
  get isTraced(): boolean {
    return this.#clock !== undefined;
  }

  /** What ended the sequence early, if anything did. */
  get failure(): Failure | undefined {
    const record = this.#statusView.getBigUint64(0, LITTLE_ENDIAN);
    if (record === 0n) return undefined;
    const slot = Number(record - this.address) / RECORD_BYTES;
    const errno = Number(this.#statusView.getBigUint64(8, LITTLE_ENDIAN));
    if (errno === 0) {
      // A child ran out of records: what its last one tolerated was its end.
      const index = this.#options.records.length - 1;
      return { index, errno: -Number(this.#result(index)) };
    }
    return { index: this.isTraced ? slot >> 1 : slot, errno };
  }

  /** Leaves what the calls returned in the caller's results. */
  collect(): void {
    for (const [index, { as }] of this.#options.records.entries()) {
      const result = this.#result(index);
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

  #encode(index: number, record: SyscallRecord): void {
    const { call, args, as, tolerate = [] } = record;
    if (args.length > MAX_ARGUMENTS || tolerate.length > MAX_TOLERATED) {
      throw new TypeError(`Record ${index} (${call}) is too long`);
    }
    const offset = this.#slot(index) * RECORD_BYTES;
    const table = this.#table;
    table.setUint32(offset, NUMBERS[call], LITTLE_ENDIAN);
    let flags = 0;
    let at = offset + ARGUMENTS_OFFSET;
    let bit = 1;
    for (const argument of args) {
      if (!this.#encodeNumber(at, argument)) {
        const cell = this.#cellOf(argument);
        if (cell !== undefined) flags |= bit;
        const word = cell ?? this.#arena.encode(argument, this.#resolve);
        table.setBigUint64(at, word, LITTLE_ENDIAN);
      }
      at += CELL_BYTES;
      bit <<= 1;
    }
    table.setUint32(offset + 4, flags, LITTLE_ENDIAN);
    table.setBigUint64(
      offset + OUT_OFFSET,
      this.#cellsAddress + BigInt(index * CELL_BYTES),
      LITTLE_ENDIAN,
    );
    let tolerated = offset + TOLERATE_OFFSET;
    for (const name of tolerate) table.setUint8(tolerated++, ERRNO[name]);
    this.#cells.setBigInt64(index * CELL_BYTES, NOT_CALLED, LITTLE_ENDIAN);
    if (as !== undefined) this.#names.set(as, index);
  }

  /**
   * Writes what most arguments are, without the detour of a large integer: a
   * program is encoded once, by code that never gets warm.
   *
   * @returns Whether it was a whole number that is not negative.
   */
  #encodeNumber(at: number, argument: RecordArgument): boolean {
    const number = typeof argument === "object" && argument !== null &&
        "value" in argument
      ? argument.value
      : argument;
    if (typeof number !== "number" || !Number.isSafeInteger(number)) {
      return false;
    }
    if (number < 0) return false;
    this.#table.setUint32(at, number, LITTLE_ENDIAN);
    this.#table.setUint32(at + 4, number / 2 ** 32, LITTLE_ENDIAN);
    return true;
  }

  /** Writes the record that reads the clock after `count` calls. */
  #weaveClock(count: number): void {
    if (this.#clock === undefined) return;
    const offset = count * 2 * RECORD_BYTES;
    const table = this.#table;
    table.setUint32(offset, NUMBERS.clock_gettime, LITTLE_ENDIAN);
    table.setBigUint64(
      offset + ARGUMENTS_OFFSET,
      BigInt(CLOCK_MONOTONIC),
      LITTLE_ENDIAN,
    );
    table.setBigUint64(
      offset + ARGUMENTS_OFFSET + CELL_BYTES,
      this.#clock.address + BigInt(count * TIMESPEC.size),
      LITTLE_ENDIAN,
    );
    for (const [position, name] of CLOCK_ERRORS.entries()) {
      table.setUint8(offset + TOLERATE_OFFSET + position, ERRNO[name]);
    }
  }

  /** The reading of the clock after `count` calls, 0 if there is none. */
  #clockNs(count: number): bigint {
    if (this.#clock === undefined) return 0n;
    return timespecNs(this.#clock.bytes.subarray(count * TIMESPEC.size));
  }

  /** The cell's address, for an argument an earlier record will leave. */
  #cellOf(argument: RecordArgument): bigint | undefined {
    if (argument === null || typeof argument !== "object") return undefined;
    if (!("result" in argument)) return undefined;
    const index = this.#names.get(argument.result);
    if (index === undefined) return undefined;
    return this.#cellsAddress + BigInt(index * CELL_BYTES);
  }

  #known(name: string): number {
    if (this.#names.has(name)) {
      throw new TypeError(`Result "${name}" is not known early enough`);
    }
    return lookUp(this.#options.results, name);
  }

  #result(index: number): bigint {
    return this.#cells.getBigInt64(index * CELL_BYTES, LITTLE_ENDIAN);
  }

  /** A record's place in the table, the woven ones counted. */
  #slot(index: number): number {
    return this.#clock === undefined ? index : 2 * index + 1;
  }
}

/** A `struct timespec` in nanoseconds. */
export function timespecNs(bytes: Uint8Array): bigint {
  const { tv_sec, tv_nsec } = TIMESPEC.decode(bytes);
  return tv_sec * NS_PER_SECOND + tv_nsec;
}

function viewOf(bytes: Uint8Array<ArrayBuffer>): DataView<ArrayBuffer> {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
