/**
 * Struct layouts as data, laid out by the rules of C: each member aligned to
 * its own size. `tests/abi` compares every one with a C compiler's.
 *
 * @module
 */

import { LITTLE_ENDIAN } from "./endian.ts";

/** Types of members; `u8[n]` is an array of bytes, or a nested struct. */
export type FieldType =
  | "u8"
  | "u16"
  | "u32"
  | "u64"
  | "i16"
  | "i32"
  | "i64"
  | `u8[${number}]`;

/** What a member of a type is in TypeScript. */
export type FieldValue<T extends FieldType> = T extends "u64" | "i64" ? bigint
  : T extends `u8[${number}]` ? Uint8Array
  : number;

type Fields = Readonly<Record<string, FieldType>>;
/** What becomes a member: whole numbers fit large integers, too. */
type Encodable<T extends FieldType> = T extends "u64" | "i64" ? number | bigint
  : FieldValue<T>;

type Members<F extends Fields> = { readonly [K in keyof F]: Encodable<F[K]> };
type Values<F extends Fields> = { -readonly [K in keyof F]: FieldValue<F[K]> };

/** A member's place. */
export interface Field {
  readonly type: FieldType;
  readonly offset: number;
  readonly size: number;
}

/** A struct of the kernel's interface. */
export interface Struct<F extends Fields = Fields> {
  /** How C spells the type: `struct clone_args`, `siginfo_t`. */
  readonly name: string;
  /** The header that declares it. */
  readonly header: string;
  readonly size: number;
  readonly fields: Readonly<Record<keyof F & string, Field>>;
  /**
   * The struct's bytes; absent members are zero.
   *
   * @throws {RangeError} If an array of bytes is longer than its member.
   */
  encode(values: Partial<Members<F>>): Uint8Array<ArrayBuffer>;
  /**
   * Reads the members. Arrays of bytes are views, not copies.
   *
   * @throws {RangeError} If there are fewer bytes than the struct has.
   */
  decode(bytes: Uint8Array): Values<F>;
}

const NUMBER_BYTES: Readonly<Record<string, number>> = {
  u8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  u64: 8,
  i64: 8,
};

/**
 * Lays a struct out.
 *
 * @param name How C spells the type.
 * @param header The header that declares it, such as `linux/sched.h`.
 * @param types Types of its members by name, in order. A name that starts with
 * `_` is padding or a part nobody reads, of no interest to C.
 */
export function defineStruct<const F extends Fields>(
  name: string,
  header: string,
  types: F,
): Struct<F> {
  return new LazyStruct(name, header, types);
}

/** A struct that is laid out when it is first used: a start uses few. */
class LazyStruct<F extends Fields> implements Struct<F> {
  readonly name: string;
  readonly header: string;
  readonly #types: F;
  #layout: Layout<F> | undefined;

  constructor(name: string, header: string, types: F) {
    this.name = name;
    this.header = header;
    this.#types = types;
  }

  get size(): number {
    return this.#laidOut().size;
  }

  get fields(): Layout<F>["fields"] {
    return this.#laidOut().fields;
  }

  encode(values: Partial<Members<F>>): Uint8Array<ArrayBuffer> {
    const { size, fields } = this.#laidOut();
    const bytes = new Uint8Array(size);
    for (const field in values) {
      const value = values[field];
      if (value === undefined) continue;
      put(bytes, fields[field], value);
    }
    return bytes;
  }

  decode(bytes: Uint8Array): Values<F> {
    const { size, fields } = this.#laidOut();
    if (bytes.length < size) {
      throw new RangeError(
        `${this.name} has ${size} bytes, not ${bytes.length}`,
      );
    }
    const values: Partial<Record<string, FieldValue<FieldType>>> = {};
    for (const [field, place] of Object.entries<Field>(fields)) {
      values[field] = get(bytes, place);
    }
    return values as Values<F>;
  }

  #laidOut(): Layout<F> {
    return this.#layout ??= layOut(this.#types);
  }
}

type Layout<F extends Fields> = Pick<Struct<F>, "size" | "fields">;

function layOut<F extends Fields>(types: F): Layout<F> {
  const fields: Record<string, Field> = {};
  let end = 0;
  let widest = 1;
  for (const [field, type] of Object.entries(types)) {
    const alignment = NUMBER_BYTES[type] ?? 1;
    const size = NUMBER_BYTES[type] ?? Number(type.slice(3, -1));
    const offset = align(end, alignment);
    fields[field] = { type, offset, size };
    end = offset + size;
    widest = Math.max(widest, alignment);
  }
  return { size: align(end, widest), fields: fields as Layout<F>["fields"] };
}

function put(
  bytes: Uint8Array<ArrayBuffer>,
  { type, offset, size }: Field,
  value: number | bigint | Uint8Array,
): void {
  if (value instanceof Uint8Array) {
    if (value.length > size) throw new RangeError(`${value.length} > ${size}`);
    bytes.set(value, offset);
    return;
  }
  // Two's complement is the same whichever sign the type has.
  const view = new DataView(bytes.buffer);
  if (size === 1) view.setUint8(offset, Number(value));
  if (size === 2) view.setUint16(offset, Number(value), LITTLE_ENDIAN);
  if (size === 4) view.setUint32(offset, Number(value), LITTLE_ENDIAN);
  if (size === 8 && type.endsWith("64")) {
    view.setBigUint64(offset, BigInt(value), LITTLE_ENDIAN);
  }
}

function get(
  bytes: Uint8Array,
  { type, offset, size }: Field,
): number | bigint | Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (type) {
    case "u8":
      return view.getUint8(offset);
    case "u16":
      return view.getUint16(offset, LITTLE_ENDIAN);
    case "i16":
      return view.getInt16(offset, LITTLE_ENDIAN);
    case "u32":
      return view.getUint32(offset, LITTLE_ENDIAN);
    case "i32":
      return view.getInt32(offset, LITTLE_ENDIAN);
    case "u64":
      return view.getBigUint64(offset, LITTLE_ENDIAN);
    case "i64":
      return view.getBigInt64(offset, LITTLE_ENDIAN);
    default:
      return bytes.subarray(offset, offset + size);
  }
}

function align(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}
