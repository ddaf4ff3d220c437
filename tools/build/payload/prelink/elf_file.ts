/**
 * An ELF file in memory: its numbers by offset, and its segments by address.
 * All addresses are those that it was linked with, whatever is written to it.
 *
 * @module
 * @see elf(5)
 */
import { LITTLE_ENDIAN } from "../../../../ffi/endian.ts";
import type { Field } from "../../../../ffi/struct.ts";
import { Elf64_Ehdr, Elf64_Phdr, PF_W, PT } from "./elf_structs.ts";

const WORD = 2 ** 32;
/** Upper halves below it make numbers that a `number` holds exactly. */
const UPPER_LIMIT = 2 ** 21;

/** A part of the file, and where it is in memory. */
export interface Segment {
  readonly type: number;
  readonly isWritable: boolean;
  /** Of its header in the file. */
  readonly header: number;
  readonly offset: number;
  readonly address: number;
  /** In the file. */
  readonly fileBytes: number;
  /** In memory; what the file lacks is zero. */
  readonly memoryBytes: number;
  /** At least 1. */
  readonly alignment: number;
}

/**
 * Gives up on a file.
 *
 * @param why What of it is not understood.
 * @throws {Error} Always.
 */
export function refuse(why: string): never {
  throw new Error(`Cannot prelink the file: ${why}`);
}

/** The bytes of a file, which are changed in place. */
export class ElfFile {
  readonly segments: readonly Segment[];
  readonly #view: DataView;
  readonly #loaded: readonly Segment[];

  /**
   * @throws {Error} If a number is greater than anything sensible.
   * @throws {RangeError} If the file ends too early, here and everywhere else.
   */
  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.segments = this.#readSegments();
    this.#loaded = this.segments.filter(({ type }) => type === PT.LOAD);
  }

  get length(): number {
    return this.#view.byteLength;
  }

  u32(at: number): number {
    return this.#view.getUint32(at, LITTLE_ENDIAN);
  }

  /** Not a `bigint`, of which a file has too many. */
  u64(at: number): number {
    const upper = this.#view.getUint32(at + 4, LITTLE_ENDIAN);
    if (upper >= UPPER_LIMIT) refuse(`a number at ${at} is out of range`);
    return upper * WORD + this.#view.getUint32(at, LITTLE_ENDIAN);
  }

  setU64(at: number, value: number): void {
    this.#view.setUint32(at, value % WORD, LITTLE_ENDIAN);
    this.#view.setUint32(at + 4, Math.floor(value / WORD), LITTLE_ENDIAN);
  }

  /** A member of the struct at an offset. */
  get(at: number, { offset, size }: Field): number {
    if (size === 1) return this.#view.getUint8(at + offset);
    if (size === 2) return this.#view.getUint16(at + offset, LITTLE_ENDIAN);
    return size === 4 ? this.u32(at + offset) : this.u64(at + offset);
  }

  set(at: number, { offset, size }: Field, value: number): void {
    if (size === 8) return this.setU64(at + offset, value);
    if (size !== 2) throw new TypeError(`No member of ${size} bytes is set`);
    this.#view.setUint16(at + offset, value, LITTLE_ENDIAN);
  }

  /** Adds to a member of 64 bits. */
  add(at: number, field: Field, value: number): void {
    this.set(at, field, this.get(at, field) + value);
  }

  /** Of `table`, entry by entry, if all of it is in the file. */
  *entries(table: number, count: number, bytes: number): Generator<number> {
    if (table + count * bytes > this.length) refuse("a table is cut off");
    for (let index = 0; index < count; index++) yield table + index * bytes;
  }

  /** The only segment of a type. */
  only(type: number): Segment {
    const [first, ...others] = this.segments.filter((one) => one.type === type);
    if (first === undefined || others.length > 0) {
      refuse(`it has not one segment of type ${type}`);
    }
    return first;
  }

  /** The loaded segment that has all bytes of a place, in the file. */
  segmentOf(address: number, length: number): Segment {
    for (const segment of this.#loaded) {
      if (isWithin(segment, address, length)) return segment;
    }
    return refuse(`0x${address.toString(16)} is not in the file`);
  }

  /** Where a place in memory is in the file. */
  offsetOf(address: number, length: number): number {
    const segment = this.segmentOf(address, length);
    return address - segment.address + segment.offset;
  }

  /** As `offsetOf()`, for what nobody writes to at run time. */
  constantOffsetOf(address: number, length: number): number {
    if (this.segmentOf(address, length).isWritable) {
      refuse("a table can be written to");
    }
    return this.offsetOf(address, length);
  }

  #readSegments(): Segment[] {
    const { e_phoff, e_phnum } = Elf64_Ehdr.fields;
    const { p_type, p_flags, p_offset, p_vaddr, p_filesz, p_memsz, p_align } =
      Elf64_Phdr.fields;
    const [table, count] = [this.get(0, e_phoff), this.get(0, e_phnum)];
    const headers = this.entries(table, count, Elf64_Phdr.size);
    return Array.from(headers, (header) => ({
      header,
      type: this.get(header, p_type),
      isWritable: (this.get(header, p_flags) & PF_W) !== 0,
      offset: this.get(header, p_offset),
      address: this.get(header, p_vaddr),
      fileBytes: this.get(header, p_filesz),
      memoryBytes: this.get(header, p_memsz),
      alignment: Math.max(1, this.get(header, p_align)),
    }));
  }
}

/** Whether the file's part of a segment has all bytes of a place. */
export function isWithin(
  segment: Segment,
  address: number,
  length: number,
): boolean {
  return address >= segment.address &&
    address + length <= segment.address + segment.fileBytes;
}
