/**
 * Tar archives byte by byte, the malformed and hostile ones too: whatever is
 * asked for is written, with a right checksum unless another is asked for.
 *
 * @module
 */
import type { Memory } from "../../ffi/memory.ts";
import type { ByteSource } from "../../lib/storage/tar/window.ts";

/** Text, written as UTF-8, or bytes as they are. */
export type Bytes = string | Uint8Array;

/** Fields of a header; a string is written as it is, a number in octal. */
export interface HeaderFields {
  readonly name?: Bytes;
  readonly mode?: number | Bytes;
  readonly uid?: number | Bytes;
  readonly gid?: number | Bytes;
  readonly size?: number | Bytes;
  readonly mtime?: number | Bytes;
  readonly typeflag?: string;
  readonly linkname?: Bytes;
  /** `ustar\0` and `00` by default. */
  readonly magic?: string;
  readonly devmajor?: number | Bytes;
  readonly devminor?: number | Bytes;
  readonly prefix?: Bytes;
  readonly chksum?: Bytes;
  /** Bytes at offsets, for what has no field here. */
  readonly raw?: readonly (readonly [number, Bytes])[];
}

export const USTAR = "ustar\x0000";
export const GNU = "ustar  \0";
export const V7 = "\0\0\0\0\0\0\0\0";

const BLOCK = 512;
const ENCODER = new TextEncoder();

/** A header block. */
export function header(fields: HeaderFields): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (offset: number, width: number, value: number | Bytes): void => {
    const bytes = typeof value === "number"
      ? ENCODER.encode(value.toString(8).padStart(width - 1, "0"))
      : toBytes(value);
    if (bytes.length > width) throw new RangeError(`Too long: ${value}`);
    block.set(bytes, offset);
  };
  put(0, 100, fields.name ?? "");
  put(100, 8, fields.mode ?? 0o644);
  put(108, 8, fields.uid ?? 0);
  put(116, 8, fields.gid ?? 0);
  put(124, 12, fields.size ?? 0);
  put(136, 12, fields.mtime ?? 0);
  put(156, 1, fields.typeflag ?? "0");
  put(157, 100, fields.linkname ?? "");
  put(257, 8, fields.magic ?? USTAR);
  put(329, 8, fields.devmajor ?? 0);
  put(337, 8, fields.devminor ?? 0);
  put(345, 155, fields.prefix ?? "");
  for (const [offset, value] of fields.raw ?? []) {
    put(offset, BLOCK - offset, value);
  }
  put(148, 8, "        ");
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, 8, fields.chksum ?? `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}

/** A regular file: its header and its padded content. */
export function file(
  name: Bytes,
  content: Bytes = "",
  fields: HeaderFields = {},
): Uint8Array {
  const bytes = toBytes(content);
  return concat(header({ name, size: bytes.length, ...fields }), pad(bytes));
}

/** A directory. */
export function directory(name: Bytes, fields: HeaderFields = {}): Uint8Array {
  return header({ name, typeflag: "5", mode: 0o755, ...fields });
}

/** A symbolic link. */
export function symlink(
  name: Bytes,
  linkname: Bytes,
  fields: HeaderFields = {},
): Uint8Array {
  return header({ name, linkname, typeflag: "2", mode: 0o777, ...fields });
}

/** A hard link. */
export function hardlink(
  name: Bytes,
  linkname: Bytes,
  fields: HeaderFields = {},
): Uint8Array {
  return header({ name, linkname, typeflag: "1", ...fields });
}

/** A pax extended header (type `x`, or `g` for a global one). */
export function pax(
  records: readonly (readonly [string, Bytes])[],
  typeflag: "x" | "g" = "x",
): Uint8Array {
  const content = concat(...records.map(([key, value]) => record(key, value)));
  return file("PaxHeader", content, { typeflag });
}

/** GNU's long name (`L`) or long link name (`K`). */
export function longName(typeflag: "L" | "K", name: Bytes): Uint8Array {
  const content = concat(toBytes(name), Uint8Array.of(0));
  return file("././@LongLink", content, { typeflag, magic: GNU });
}

/** One pax record with its length in front, which counts itself. */
export function record(keyword: string, value: Bytes): Uint8Array {
  const rest = concat(toBytes(` ${keyword}=`), toBytes(value), toBytes("\n"));
  let length = rest.length + 1;
  while (String(length).length + rest.length > length) length++;
  return concat(toBytes(String(length)), rest);
}

/** A number in base 256, as GNU tar writes what octal digits cannot hold. */
export function base256(value: number, width: number): Uint8Array {
  const bytes = new Uint8Array(width);
  let rest = BigInt.asUintN(8 * width, BigInt(value));
  for (let i = width - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  bytes[0] = value < 0 ? 0xff : 0x80;
  return bytes;
}

/** The parts with the two zero blocks that end an archive. */
export function archive(...parts: readonly Uint8Array[]): Uint8Array {
  return concat(...parts, new Uint8Array(2 * BLOCK));
}

/** Content filled up to whole blocks. */
export function pad(content: Bytes): Uint8Array {
  const bytes = toBytes(content);
  const padded = new Uint8Array(Math.ceil(bytes.length / BLOCK) * BLOCK);
  padded.set(bytes);
  return padded;
}

/** All parts, one after the other. */
export function concat(
  ...parts: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Text as UTF-8, bytes as they are. */
export function toBytes(value: Bytes): Uint8Array {
  return typeof value === "string" ? ENCODER.encode(value) : value;
}

/**
 * A source that hands out an archive in pieces.
 *
 * @param most Largest piece, to show that borders do not matter.
 */
export function sourceOf(bytes: Uint8Array, most = Infinity): ByteSource {
  let at = 0;
  return {
    read(memory: Memory, offset: number, length: number): number {
      const count = Math.min(length, most, bytes.length - at);
      memory.bytes.set(bytes.subarray(at, at + count), offset);
      at += count;
      return count;
    },
  };
}
