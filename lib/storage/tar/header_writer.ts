/**
 * The headers of an entry as bytes: a ustar header, and before it a pax one
 * where ustar has no room for a name, a number or an attribute. The same entry
 * always gives the same bytes.
 *
 * @module
 * @see POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header"
 */
import { type ByteString, toBytes } from "./byte_string.ts";
import type { EntryType, TarEntry } from "./entry.ts";
import { BLOCK_BYTES } from "./header.ts";

/** Offset and width of the fields that are written. */
const NAME = [0, 100] as const;
const MODE = [100, 8] as const;
const UID = [108, 8] as const;
const GID = [116, 8] as const;
const SIZE = [124, 12] as const;
const MTIME = [136, 12] as const;
const CHECKSUM = [148, 8] as const;
const TYPE_OFFSET = 156;
const LINK_NAME = [157, 100] as const;
const MAGIC_OFFSET = 257;
const DEVICE_MAJOR = [329, 8] as const;
const DEVICE_MINOR = [337, 8] as const;

type Field = readonly [offset: number, width: number];

const MAGIC = "ustar\x0000" as ByteString;
const PAX_NAME = "././@PaxHeader" as ByteString;
const PAX_TYPE = "x";
const NEWLINE_AND_SPACE_BYTES = 2;

const TYPE_FLAGS: Readonly<Record<EntryType, string>> = {
  "file": "0",
  "hard-link": "1",
  "symbolic-link": "2",
  "character-device": "3",
  "block-device": "4",
  "directory": "5",
  "fifo": "6",
};

// deno-lint-ignore no-control-regex
const NOT_ASCII = /[^\x00-\x7f]/;

/**
 * All headers of an entry. Times are whole seconds, as in most archives.
 *
 * @param entry Its name is written as it is, with a slash after a directory's.
 * @returns Whole blocks; the content follows them.
 */
export function formatHeaders(entry: TarEntry): Uint8Array {
  const name = entry.type === "directory" && !entry.name.endsWith("/")
    ? `${entry.name}/` as ByteString
    : entry.name;
  const records = new RecordList();
  const header = new HeaderBlock();
  if (!header.putText(NAME, name)) records.add("path", toBytes(name));
  if (!header.putText(LINK_NAME, entry.linkName)) {
    records.add("linkpath", toBytes(entry.linkName));
  }
  const numbers = [
    [UID, "uid", entry.uid],
    [GID, "gid", entry.gid],
    [SIZE, "size", entry.type === "file" ? entry.sizeBytes : 0],
    [MTIME, "mtime", entry.modified.seconds],
  ] as const;
  for (const [field, keyword, value] of numbers) {
    if (!header.putNumber(field, value)) records.addText(keyword, `${value}`);
  }
  header.putNumber(MODE, entry.mode);
  header.putNumber(DEVICE_MAJOR, entry.device.major);
  header.putNumber(DEVICE_MINOR, entry.device.minor);
  header.putType(TYPE_FLAGS[entry.type]);
  for (const [xattr, value] of entry.xattrs) {
    records.add(`SCHILY.xattr.${escapeXattr(xattr)}`, value);
  }
  const block = header.finish();
  return records.isEmpty ? block : concat([formatPax(records.bytes()), block]);
}

/** GNU tar's way to write a keyword with the sign that ends it. */
function escapeXattr(name: ByteString): string {
  return name.replace(/[%=]/g, (sign) => sign === "%" ? "%25" : "%3D");
}

function formatPax(content: Uint8Array): Uint8Array {
  const header = new HeaderBlock();
  header.putText(NAME, PAX_NAME);
  header.putNumber(MODE, 0o644);
  for (const field of [UID, GID, MTIME]) header.putNumber(field, 0);
  header.putNumber(SIZE, content.length);
  header.putType(PAX_TYPE);
  const padding = new Uint8Array(paddingOf(content.length));
  return concat([header.finish(), content, padding]);
}

/**
 * How many zeros fill content up to whole blocks.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(paddingOf(512), 0);
 * assert.equal(paddingOf(513), 511);
 * ```
 */
export function paddingOf(sizeBytes: number): number {
  return (BLOCK_BYTES - sizeBytes % BLOCK_BYTES) % BLOCK_BYTES;
}

/** One header in the making. */
class HeaderBlock {
  readonly #bytes = new Uint8Array(BLOCK_BYTES);

  /** Whether the text fits; else the field holds its beginning. */
  putText([offset, width]: Field, text: ByteString): boolean {
    this.#bytes.set(toBytes(text.slice(0, width) as ByteString), offset);
    // What is no ASCII is told in UTF-8 by pax, and by nothing else.
    return text.length <= width && !NOT_ASCII.test(text);
  }

  /** Whether the number fits in octal; else the field is zero. */
  putNumber([offset, width]: Field, value: number): boolean {
    const fits = value >= 0 && value < 8 ** (width - 1);
    const digits = (fits ? value : 0).toString(8).padStart(width - 1, "0");
    this.#bytes.set(toBytes(digits as ByteString), offset);
    return fits;
  }

  putType(flag: string): void {
    this.#bytes[TYPE_OFFSET] = flag.charCodeAt(0);
  }

  finish(): Uint8Array {
    const [offset, width] = CHECKSUM;
    this.#bytes.set(toBytes(MAGIC), MAGIC_OFFSET);
    this.#bytes.fill(0x20, offset, offset + width);
    const sum = this.#bytes.reduce((total, byte) => total + byte, 0);
    const digits = `${sum.toString(8).padStart(6, "0")}\0 `;
    this.#bytes.set(toBytes(digits as ByteString), offset);
    return this.#bytes;
  }
}

/** pax records in the making. */
class RecordList {
  readonly #records: Uint8Array[] = [];

  get isEmpty(): boolean {
    return this.#records.length === 0;
  }

  addText(keyword: string, value: string): void {
    this.add(keyword, toBytes(value as ByteString));
  }

  /** The length in front of a record counts its own digits. */
  add(keyword: string, value: Uint8Array): void {
    const rest = keyword.length + 1 + value.length + NEWLINE_AND_SPACE_BYTES;
    let length = rest + 1;
    while (String(length).length + rest > length) length++;
    this.#records.push(
      toBytes(`${length} ${keyword}=` as ByteString),
      value,
      toBytes("\n" as ByteString),
    );
  }

  bytes(): Uint8Array {
    return concat(this.#records);
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
