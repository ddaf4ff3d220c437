/**
 * The 512-byte header block: v7, ustar, star and GNU, which share the first
 * 257 bytes. Errors are {@linkcode FormatError}s without the archive's name.
 *
 * @module
 * @see POSIX.1-2017, pax, "ustar Interchange Format"
 * @see GNU tar manual, "Basic Tar Format"
 */
import {
  type ByteString,
  byteString,
  terminatedString,
} from "./byte_string.ts";

/** Size of a header, and what contents are padded to. */
export const BLOCK_BYTES = 512;

/** Something in an archive that is not as the format wants it. */
export class FormatError extends Error {
  override readonly name = "FormatError";
}

/** Offset and width of each field. */
const FIELDS = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  chksum: [148, 8],
  typeflag: [156, 1],
  linkname: [157, 100],
  magic: [257, 8],
  devmajor: [329, 8],
  devminor: [337, 8],
  prefix: [345, 155],
  realsize: [483, 12],
  starMagic: [508, 4],
} as const satisfies Record<string, readonly [number, number]>;

/** `star` puts access and change time into the last bytes of the prefix. */
const STAR_PREFIX_WIDTH = 131;
const USTAR_MAGIC = "ustar\0";
const GNU_MAGIC = "ustar  \0";

/** The fields of a header as they are, before any extended header. */
export interface TarHeader {
  readonly name: ByteString;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of content that follow, by the header's word. */
  readonly size: number;
  readonly mtime: number;
  readonly typeflag: string;
  readonly linkname: ByteString;
  readonly devmajor: number;
  readonly devminor: number;
  /** Size with the holes, for old GNU sparse files (type `S`). */
  readonly realsize: number;
}

/**
 * Whether a block holds nothing but zeros, which is how an archive ends.
 *
 * @param start Where the block begins in `bytes`.
 */
export function isZeroBlock(bytes: Uint8Array, start: number): boolean {
  for (let i = start; i < start + BLOCK_BYTES; i++) {
    if (bytes[i] !== 0) return false;
  }
  return true;
}

/**
 * Whether the block's checksum is right, counted with unsigned bytes as
 * POSIX wants or with signed ones as some historic programs did.
 */
export function hasValidChecksum(bytes: Uint8Array, start: number): boolean {
  const [field, width] = FIELDS.chksum;
  let unsigned = 0x20 * width;
  let above = 0;
  for (let i = 0; i < BLOCK_BYTES; i++) {
    if (i === field) i += width;
    const byte = bytes[start + i] as number;
    unsigned += byte;
    if (byte > 0x7f) above++;
  }
  const expected = tryNumber(bytes, start + field, width);
  return expected === unsigned || expected === unsigned - 256 * above;
}

/**
 * Reads a header whose checksum is right.
 *
 * @param start Where the block begins in `bytes`.
 * @throws {FormatError} If a number is malformed or negative where it must
 * not be.
 */
export function parseHeader(bytes: Uint8Array, start: number): TarHeader {
  const number = (field: keyof typeof FIELDS): number => {
    const [offset, width] = FIELDS[field];
    const value = tryNumber(bytes, start + offset, width);
    if (value === undefined) throw new FormatError(`has a malformed ${field}`);
    return value;
  };
  const text = (field: keyof typeof FIELDS): ByteString => {
    const [offset, width] = FIELDS[field];
    return terminatedString(bytes, start + offset, width);
  };
  const typeflag = String.fromCharCode(bytes[start + 156] as number);
  const magic = byteString(bytes, start + 257, start + 265);
  const hasDevices = typeflag === "3" || typeflag === "4";
  return {
    name: withPrefix(bytes, start, magic, text("name")),
    mode: number("mode"),
    uid: number("uid"),
    gid: number("gid"),
    size: atLeastZero("size", number("size")),
    mtime: number("mtime"),
    typeflag,
    linkname: text("linkname"),
    devmajor: hasDevices ? number("devmajor") : 0,
    devminor: hasDevices ? number("devminor") : 0,
    realsize: typeflag === "S" ? atLeastZero("size", number("realsize")) : 0,
  };
}

/**
 * A number in a header: octal digits, or base 256 as GNU tar writes what does
 * not fit, the only way to a negative one.
 *
 * @returns The number, `undefined` if it is neither.
 */
export function tryNumber(
  bytes: Uint8Array,
  start: number,
  width: number,
): number | undefined {
  const first = bytes[start] as number;
  return first >= 0x80
    ? base256(bytes, start, width)
    : octal(bytes, start, width);
}

function octal(
  bytes: Uint8Array,
  start: number,
  width: number,
): number | undefined {
  const end = start + width;
  let at = start;
  // Some old programs begin with a NUL; nobody takes it for the end.
  if (bytes[at] === 0) at++;
  while (at < end && bytes[at] === 0x20) at++;
  // What comes after a NUL that is, some read and others do not.
  if (bytes[at] === 0) return isBlank(bytes, at, end) ? 0 : undefined;
  let value = 0;
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === 0 || byte === 0x20) break;
    if (byte < 0x30 || byte > 0x37) return undefined;
    value = value * 8 + byte - 0x30;
  }
  return value;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  return bytes.subarray(start, end).every((byte) =>
    byte === 0 || byte === 0x20
  );
}

/** Two's complement, big-endian, with the top bit of the field as a mark. */
function base256(
  bytes: Uint8Array,
  start: number,
  width: number,
): number | undefined {
  const first = bytes[start] as number;
  if (first !== 0x80 && first !== 0xff) return undefined;
  let value = first === 0xff ? -1n : 0n;
  for (let i = start + 1; i < start + width; i++) {
    value = (value << 8n) | BigInt(bytes[i] as number);
  }
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

function withPrefix(
  bytes: Uint8Array,
  start: number,
  magic: string,
  name: ByteString,
): ByteString {
  if (magic === GNU_MAGIC || !magic.startsWith(USTAR_MAGIC)) return name;
  const [offset, width] = FIELDS.prefix;
  if (bytes[start + offset] === 0) return name;
  const [star] = FIELDS.starMagic;
  const isStar = byteString(bytes, start + star, start + star + 4) === "tar\0";
  const prefix = terminatedString(
    bytes,
    start + offset,
    isStar ? STAR_PREFIX_WIDTH : width,
  );
  return `${prefix}/${name}` as ByteString;
}

function atLeastZero(field: string, value: number): number {
  if (value < 0) throw new FormatError(`has a negative ${field}`);
  return value;
}
