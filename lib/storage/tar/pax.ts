/**
 * pax extended headers: `<length> <keyword>=<value>\n` records that override
 * the fields of the header after them.
 *
 * @module
 * @see POSIX.1-2017, pax, "pax Extended Header"
 */
import type { Timespec } from "../../../ffi/calls/file.ts";
import { type ByteString, byteString, toBytes } from "./byte_string.ts";
import { FormatError } from "./header.ts";

/** One record. */
export interface PaxRecord {
  readonly keyword: ByteString;
  readonly value: Uint8Array;
}

const SPACE = 0x20;
const NEWLINE = 0x0a;
const EQUALS = 0x3d;
/** @see Linux include/uapi/linux/limits.h */
const XATTR_SIZE_MAX = 65536;
const XATTR_NAME_MAX = 255;
const XATTR_PREFIXES = ["SCHILY.xattr.", "LIBARCHIVE.xattr."] as const;

/**
 * Splits an extended header into its records. A keyword may come more than
 * once: the later record counts, save for the oldest sparse format.
 *
 * @throws {FormatError} If a record does not end where its length says.
 */
export function parsePaxRecords(data: Uint8Array): PaxRecord[] {
  const records: PaxRecord[] = [];
  for (let start = 0; start < data.length;) {
    // GNU tar and libarchive both take zeros after the last record as padding.
    if (data[start] === 0) break;
    const space = data.indexOf(SPACE, start);
    const length = decimal(byteString(data, start, Math.max(start, space)));
    const end = start + (length ?? 0);
    const equals = data.indexOf(EQUALS, space);
    if (
      length === undefined || space < 0 || equals < 0 || equals >= end ||
      end > data.length || data[end - 1] !== NEWLINE
    ) {
      throw new FormatError("has a malformed pax record");
    }
    records.push({
      keyword: byteString(data, space + 1, equals),
      value: data.slice(equals + 1, end - 1),
    });
    start = end;
  }
  return records;
}

/** The overrides in force for one entry. */
export class PaxOverrides {
  readonly #values = new Map<ByteString, Uint8Array>();
  readonly #records: PaxRecord[] = [];

  /**
   * Adds records; later ones win. An empty value removes what was there.
   *
   * @param records Those of the global headers first, then the entry's own.
   */
  add(records: readonly PaxRecord[]): void {
    for (const record of records) {
      this.#records.push(record);
      const { keyword, value } = record;
      if (value.length === 0 && !keyword.startsWith(XATTR_PREFIXES[0])) {
        this.#values.delete(keyword);
      } else this.#values.set(keyword, value);
    }
  }

  /** All records in their order, repeated keywords included. */
  get records(): readonly PaxRecord[] {
    return this.#records;
  }

  /** The value of a keyword as bytes in a string. */
  text(keyword: string): ByteString | undefined {
    const value = this.#values.get(keyword as ByteString);
    return value === undefined ? undefined : byteString(value, 0, value.length);
  }

  /**
   * The value of a keyword as a whole number that is not negative.
   *
   * @throws {FormatError} If it is none, or not below 2^53.
   */
  number(keyword: string): number | undefined {
    const text = this.text(keyword);
    if (text === undefined) return undefined;
    const value = decimal(text);
    if (value === undefined) {
      throw new FormatError(`has an absurd pax ${keyword}`);
    }
    return value;
  }

  /**
   * The value of a keyword as a time, rounded down to nanoseconds.
   *
   * @throws {FormatError} If it is not a decimal number.
   */
  time(keyword: string): Timespec | undefined {
    const text = this.text(keyword);
    if (text === undefined) return undefined;
    return parsePaxTime(text);
  }

  /**
   * Extended attributes: `SCHILY.xattr.` as raw bytes, and where it is absent
   * `LIBARCHIVE.xattr.` with a percent-encoded name and a base64 value.
   *
   * @throws {FormatError} If a name is empty or holds a NUL, or base64 is bad.
   */
  xattrs(): Map<ByteString, Uint8Array> {
    const found = new Map<ByteString, Uint8Array>();
    const [schily, libarchive] = XATTR_PREFIXES;
    for (const [keyword, value] of this.#values) {
      if (keyword.startsWith(schily)) {
        found.set(xattrName(keyword.slice(schily.length)), checked(value));
      }
    }
    for (const [keyword, value] of this.#values) {
      if (!keyword.startsWith(libarchive)) continue;
      const name = xattrName(keyword.slice(libarchive.length));
      if (!found.has(name)) found.set(name, checked(decodeBase64(value)));
    }
    return found;
  }
}

/**
 * A time as pax writes it: seconds with an optional fraction.
 *
 * @throws {FormatError} If it is not a decimal number, or beyond 2^53.
 * @example Fractions of times before 1970 count up, as in the kernel
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parsePaxTime("-1.25"), {
 *   seconds: -2,
 *   nanoseconds: 750_000_000,
 * });
 * ```
 */
export function parsePaxTime(text: string): Timespec {
  const match = /^(-?)(\d{1,16})(?:\.(\d*))?$/.exec(text);
  const whole = Number(match?.[2]);
  if (match === null || !Number.isSafeInteger(whole)) {
    throw new FormatError("has an absurd pax mtime");
  }
  const digits = match[3] ?? "";
  const nanoseconds = Number(digits.slice(0, 9).padEnd(9, "0"));
  if (match[1] === "") return { seconds: whole, nanoseconds };
  // Rounding down what was cut off goes one further before 1970.
  const cut = /[1-9]/.test(digits.slice(9)) ? 1 : 0;
  const below = nanoseconds + cut;
  return below === 0
    ? { seconds: 0 - whole, nanoseconds: 0 }
    : { seconds: -whole - 1, nanoseconds: 1_000_000_000 - below };
}

/** A whole number below 2^53, of at most 16 digits. */
export function decimal(text: string): number | undefined {
  if (!/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** GNU tar encodes `=` and `%` in names, libarchive more; both with `%`. */
function xattrName(encoded: string): ByteString {
  const name = encoded.replace(
    /%([0-9A-Fa-f]{2})/g,
    (_, hex: string) => String.fromCharCode(parseInt(hex, 16)),
  );
  const isLegal = name !== "" && name.length <= XATTR_NAME_MAX;
  if (!isLegal || name.includes("\0")) {
    throw new FormatError("has a malformed extended attribute");
  }
  return name as ByteString;
}

function checked(value: Uint8Array): Uint8Array {
  if (value.length <= XATTR_SIZE_MAX) return value;
  throw new FormatError("has an extended attribute of absurd size");
}

function decodeBase64(value: Uint8Array): Uint8Array {
  try {
    return toBytes(atob(byteString(value, 0, value.length)) as ByteString);
  } catch (cause) {
    throw new FormatError("has a malformed extended attribute", { cause });
  }
}
