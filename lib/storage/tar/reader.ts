/**
 * Reads a tar archive from a stream, entry by entry: v7, ustar, star, pax and
 * GNU. Nothing in an archive is believed: a number has to make sense before it
 * is used, and a header has bounds.
 *
 * @module
 * @see POSIX.1-2017, pax, "EXTENDED DESCRIPTION"
 */
import type { Extent } from "../../../ffi/calls/file.ts";
import type { Memory } from "../../../ffi/memory.ts";
import { IntegrityError } from "../../base/errors.ts";
import { type ByteString, printable, terminatedString } from "./byte_string.ts";
import type { TarEntry } from "./entry.ts";
import { isBare, toEntry } from "./entry_of_header.ts";
import {
  BLOCK_BYTES,
  FormatError,
  hasValidChecksum,
  isZeroBlock,
  parseHeader,
  type TarHeader,
} from "./header.ts";
import { guessContent } from "./content_guess.ts";
import { normalizeName, ROOT_NAME } from "./names.ts";
import { parsePaxRecords, PaxOverrides, type PaxRecord } from "./pax.ts";
import {
  readOldGnuMap,
  readPaxMap,
  type SparseMap,
  validateSparseMap,
} from "./sparse.ts";
import { type ByteSource, Window } from "./window.ts";

/** What an extended header or a long name may take; real ones need a few KiB. */
const MAX_EXTENDED_BYTES = 1024 * 1024;
/** Real archives have one or two, and every entry looks at all of them. */
const MAX_GLOBALS = 128;
/** How often an archive may name the root before anything else. */
const MAX_ROOTS = 8;
const EMPTY = "" as ByteString;

/** GNU's volume label, and Solaris' access control lists: not files. */
const IGNORED_TYPES = "VA";
/** What the extended headers before an entry said. */
interface Extended {
  longName: ByteString | undefined;
  longLink: ByteString | undefined;
  records: PaxRecord[] | undefined;
  /** Of all extended headers of the entry together. */
  bytes: number;
}

/** One pass over an archive. */
export class TarReader implements Disposable {
  readonly #window: Window;
  readonly #label: string;
  readonly #globals = new Map<ByteString, PaxRecord>();
  #contentLeft = 0;
  #padding = 0;
  #current = EMPTY;
  /** Where in the archive the last header is, for messages. */
  #headerPosition = 0;
  /** Its bytes, if the map of a sparse file is in them. */
  #headerBlock: Uint8Array | undefined;
  /** What has been read and not been asked for. */
  readonly #peeked: (TarEntry | undefined)[] = [];

  /**
   * @param source The archive, not compressed.
   * @param label What messages call it: the path as the user gave it.
   */
  constructor(source: ByteSource, label: string) {
    this.#window = new Window(source);
    this.#label = label;
  }

  /** Where {@linkcode readContent} finds what it returns. */
  get memory(): Memory {
    return this.#window.memory;
  }

  /** Where in the archive the content that comes next is. */
  get position(): number {
    return this.#window.position;
  }

  /**
   * The first entry that is not just the root directory; {@linkcode next}
   * gives it again, and what is before it.
   */
  peekFirst(): TarEntry | undefined {
    for (let count = 0; count < MAX_ROOTS; count++) {
      const entry = this.#advance();
      this.#peeked.push(entry);
      const isRoot = entry?.type === "directory" &&
        normalizeName(entry.name) === ROOT_NAME;
      if (!isRoot) return entry;
    }
    return this.#peeked.at(-1);
  }

  /**
   * The next entry; what is left of the present one's content is skipped.
   *
   * @returns `undefined` at the end of the archive.
   * @throws {IntegrityError} If the archive is cut short or malformed.
   */
  next(): TarEntry | undefined {
    return this.#peeked.length > 0 ? this.#peeked.shift() : this.#advance();
  }

  #advance(): TarEntry | undefined {
    this.#finishEntry();
    try {
      return this.#readEntry();
    } catch (cause) {
      if (!(cause instanceof FormatError)) throw cause;
      const at = this.#headerPosition;
      throw this.#error(`the header at byte ${at} ${cause.message}`, cause);
    }
  }

  /**
   * The next piece of the present entry's content, valid until the next call.
   *
   * @returns Where in {@linkcode memory} it is, `undefined` after the last.
   * @throws {IntegrityError} If the archive ends before it.
   */
  readContent(): Extent | undefined {
    if (this.#contentLeft === 0) return undefined;
    // A file that fits is had in one piece, so that it is written by one call.
    const wanted = Math.min(this.#contentLeft, this.memory.bytes.length);
    if (!this.#window.require(wanted)) throw this.#endsInside();
    const extent = { offset: this.#window.start, length: wanted };
    this.#window.consume(wanted);
    this.#contentLeft -= wanted;
    return extent;
  }

  /** Reads what follows the end of the archive, for a stream to be whole. */
  drain(): void {
    while (this.#window.require(1)) {
      this.#window.consume(this.#window.available);
    }
  }

  /** Gives the memory back. */
  [Symbol.dispose](): void {
    this.#window[Symbol.dispose]();
  }

  #finishEntry(): void {
    const rest = this.#contentLeft + this.#padding;
    this.#contentLeft = 0;
    this.#padding = 0;
    if (!this.#window.skip(rest)) throw this.#endsInside();
  }

  #readEntry(): TarEntry | undefined {
    const extended: Extended = {
      longName: undefined,
      longLink: undefined,
      records: undefined,
      bytes: 0,
    };
    for (;;) {
      const header = this.#readHeader(extended);
      if (header === undefined) return undefined;
      const { typeflag } = header;
      if (typeflag === "L") {
        extended.longName = this.#readLongName(header, extended);
      } else if (typeflag === "K") {
        extended.longLink = this.#readLongName(header, extended);
      } else if (typeflag === "x" || typeflag === "X") {
        // Of several the last counts, as for everybody else.
        extended.records = parsePaxRecords(
          this.#readExtended(header, extended),
        );
      } else if (typeflag === "g") {
        this.#addGlobals(parsePaxRecords(this.#readExtended(header, extended)));
      } else if (IGNORED_TYPES.includes(typeflag)) {
        this.#setContent(header.size);
        this.#finishEntry();
      } else return this.#makeEntry(header, extended);
    }
  }

  /** The next header block, `undefined` at the end of the archive. */
  #readHeader(extended: Extended): TarHeader | undefined {
    const window = this.#window;
    this.#headerPosition = window.position;
    const hasBlock = window.require(BLOCK_BYTES);
    if (!hasBlock && window.available > 0) {
      if (window.position === 0) throw this.#notAnArchive();
      throw this.#error("the archive ends in the middle of a header");
    }
    if (!hasBlock || isZeroBlock(window.bytes, window.start)) {
      if (extended.longName ?? extended.longLink ?? extended.records) {
        throw this.#error("the archive ends after an extended header");
      }
      return undefined;
    }
    if (!hasValidChecksum(window.bytes, window.start)) {
      if (window.position === 0) throw this.#notAnArchive();
      throw new FormatError("has a wrong checksum");
    }
    const header = parseHeader(window.bytes, window.start);
    // An old GNU sparse map goes on in the block, so a copy is kept of it.
    this.#headerBlock = header.typeflag === "S"
      ? window.bytes.slice(window.start, window.start + BLOCK_BYTES)
      : undefined;
    window.consume(BLOCK_BYTES);
    return header;
  }

  #makeEntry(header: TarHeader, extended: Extended): TarEntry {
    const pax = this.#overrides(extended);
    const isRegular = !isBare(header.typeflag);
    const name = pax?.text("path") ?? extended.longName ?? header.name;
    this.#current = name;
    const stored = pax?.number("size") ?? header.size;
    const sparse = isRegular
      ? this.#readSparse(header, pax, stored)
      : undefined;
    this.#current = sparse?.name ?? name;
    if (!isRegular) this.#setContent(0);
    return toEntry(header, pax, {
      name: this.#current,
      linkName: pax?.text("linkpath") ?? extended.longLink ?? header.linkname,
      sizeBytes: isRegular ? sparse?.sizeBytes ?? stored : 0,
      extents: sparse?.extents,
    });
  }

  /** Reads the map of a sparse file, and says how much content is left. */
  #readSparse(
    header: TarHeader,
    pax: PaxOverrides | undefined,
    stored: number,
  ): SparseMap | undefined {
    const window = this.#window;
    if (this.#headerBlock !== undefined) {
      const map = readOldGnuMap(this.#headerBlock, header.realsize, window);
      validateSparseMap(map, stored);
      this.#setContent(stored);
      return map;
    }
    const before = window.position;
    const map = pax && readPaxMap(pax, window, stored);
    this.#setContent(stored);
    // The map of format 1.0 counts as content and is whole blocks.
    this.#contentLeft -= window.position - before;
    if (map !== undefined) validateSparseMap(map, this.#contentLeft);
    return map;
  }

  #overrides(extended: Extended): PaxOverrides | undefined {
    if (extended.records === undefined && this.#globals.size === 0) {
      return undefined;
    }
    const overrides = new PaxOverrides();
    overrides.add([...this.#globals.values()]);
    overrides.add(extended.records ?? []);
    return overrides;
  }

  #setContent(size: number): void {
    this.#contentLeft = size;
    this.#padding = (BLOCK_BYTES - size % BLOCK_BYTES) % BLOCK_BYTES;
  }

  #addGlobals(records: readonly PaxRecord[]): void {
    for (const record of records) this.#globals.set(record.keyword, record);
    if (this.#globals.size <= MAX_GLOBALS) return;
    throw new FormatError(
      `brings the global pax records to ${this.#globals.size}, at most ` +
        `${MAX_GLOBALS} make sense`,
    );
  }

  #readLongName(header: TarHeader, extended: Extended): ByteString {
    const data = this.#readExtended(header, extended);
    return terminatedString(data, 0, data.length);
  }

  #readExtended(header: TarHeader, extended: Extended): Uint8Array {
    extended.bytes += header.size;
    if (extended.bytes > MAX_EXTENDED_BYTES) {
      throw new FormatError(
        `claims ${extended.bytes} bytes for extended headers, at most ` +
          `${MAX_EXTENDED_BYTES} make sense`,
      );
    }
    const data = new Uint8Array(header.size);
    this.#current = header.name;
    this.#setContent(header.size);
    for (let at = 0; at < data.length;) {
      const piece = this.readContent();
      if (piece === undefined) break;
      const end = piece.offset + piece.length;
      data.set(this.memory.bytes.subarray(piece.offset, end), at);
      at += piece.length;
    }
    this.#finishEntry();
    return data;
  }

  #notAnArchive(): IntegrityError {
    const { bytes, start, available } = this.#window;
    const guess = guessContent(bytes.subarray(start, start + available));
    const reason = `it is not a tar archive but ${guess}`;
    return new IntegrityError(`Cannot read "${this.#label}": ${reason}`, {
      advice: "give a tar archive, plain or packed by gzip, zstd or xz",
    });
  }

  #endsInside(): IntegrityError {
    const where = printable(this.#current);
    return this.#error(`the archive ends in the middle of ${where}`);
  }

  #error(reason: string, cause?: unknown): IntegrityError {
    return new IntegrityError(`Cannot read "${this.#label}": ${reason}`, {
      cause,
      advice: "make or fetch the file again",
    });
  }
}
