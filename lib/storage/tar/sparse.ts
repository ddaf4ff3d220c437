/**
 * Maps of sparse files: which parts of a file an archive holds. The old GNU
 * format has them in headers, pax 0.0 and 0.1 in records, 1.0 before the
 * content.
 *
 * @module
 * @see GNU tar manual, "Storing Sparse Files"
 */
import type { Extent } from "../../../ffi/calls/file.ts";
import type { ByteString } from "./byte_string.ts";
import { BLOCK_BYTES, FormatError, tryNumber } from "./header.ts";
import { decimal, type PaxOverrides } from "./pax.ts";
import type { Window } from "./window.ts";

/** A bound for the memory a hostile map can cost. */
const MAX_EXTENTS = 1 << 20;
const NUMBER_WIDTH = 12;

/** A sparse file as an archive describes it. */
export interface SparseMap {
  /** Size of the file with its holes. */
  readonly sizeBytes: number;
  readonly extents: readonly Extent[];
  /** Its real name, where the header has a made-up one. */
  readonly name?: ByteString;
}

/**
 * The map of an old GNU sparse file (type `S`): four extents in the header,
 * then 21 in each extension block, which are consumed.
 *
 * @param header Copy of the header block.
 * @throws {FormatError} If it is cut short or malformed.
 */
export function readOldGnuMap(
  header: Uint8Array,
  realsize: number,
  window: Window,
): SparseMap {
  const extents: Extent[] = [];
  addExtents(header, 386, 4, extents);
  let isExtended = header[482] !== 0;
  while (isExtended) {
    if (!window.require(BLOCK_BYTES)) throw cutShort();
    const block = window.bytes.subarray(window.start);
    addExtents(block, 0, 21, extents);
    isExtended = block[504] !== 0;
    window.consume(BLOCK_BYTES);
  }
  return { sizeBytes: realsize, extents };
}

/**
 * The map of a pax sparse file, `undefined` if the file is not sparse. For
 * format 1.0 the map is consumed from the front of the content.
 *
 * @param window At the first byte of the content.
 * @param storedBytes Length of the content, which bounds the map.
 * @throws {FormatError} If it is cut short or malformed.
 */
export function readPaxMap(
  pax: PaxOverrides,
  window: Window,
  storedBytes: number,
): SparseMap | undefined {
  const name = pax.text("GNU.sparse.name");
  const named = name === undefined ? {} : { name };
  if (pax.text("GNU.sparse.major") === "1") {
    const sizeBytes = pax.number("GNU.sparse.realsize");
    if (sizeBytes === undefined) throw malformed();
    return {
      sizeBytes,
      extents: readLeadingMap(window, storedBytes),
      ...named,
    };
  }
  const sizeBytes = pax.number("GNU.sparse.size");
  if (sizeBytes === undefined) return undefined;
  const list = pax.text("GNU.sparse.map")?.split(",") ?? repeatedNumbers(pax);
  return { sizeBytes, extents: pairs(list.map(orMalformed)), ...named };
}

/**
 * Checks a map against the content and the size.
 *
 * @param storedBytes Length of the content after the map.
 * @throws {FormatError} If extents overlap, leave the file, or do not add up.
 */
export function validateSparseMap(map: SparseMap, storedBytes: number): void {
  let end = 0;
  let total = 0;
  for (const { offset, length } of map.extents) {
    if (offset < end || offset + length > map.sizeBytes) throw malformed();
    end = offset + length;
    total += length;
  }
  if (total !== storedBytes) throw malformed();
}

/** `count\n` and then `offset\nlength\n` for each, padded to whole blocks. */
function readLeadingMap(window: Window, storedBytes: number): Extent[] {
  let left = storedBytes;
  let text = "";
  let at = 0;
  const nextNumber = (): number => {
    let end: number;
    while ((end = text.indexOf("\n", at)) < 0) {
      if (left < BLOCK_BYTES) throw malformed();
      if (!window.require(BLOCK_BYTES)) throw cutShort();
      const block = window.bytes.subarray(
        window.start,
        window.start + BLOCK_BYTES,
      );
      text = text.slice(at) + String.fromCharCode(...block);
      at = 0;
      window.consume(BLOCK_BYTES);
      left -= BLOCK_BYTES;
      // No number is as long as this, so a newline is missing for good.
      if (text.length > 2 * BLOCK_BYTES) throw malformed();
    }
    const number = orMalformed(text.slice(at, end));
    at = end + 1;
    return number;
  };
  const count = nextNumber();
  if (count > MAX_EXTENTS) throw malformed();
  const numbers: number[] = [];
  for (let i = 0; i < 2 * count; i++) numbers.push(nextNumber());
  return pairs(numbers);
}

function addExtents(
  block: Uint8Array,
  start: number,
  count: number,
  extents: Extent[],
): void {
  for (let i = 0; i < count; i++) {
    const at = start + i * 2 * NUMBER_WIDTH;
    // An unused slot is all NUL, or says a length of zero past the last one.
    if (block[at] === 0) return;
    const offset = tryNumber(block, at, NUMBER_WIDTH);
    const length = tryNumber(block, at + NUMBER_WIDTH, NUMBER_WIDTH);
    if (offset === undefined || length === undefined) throw malformed();
    if (offset < 0 || length < 0 || extents.length >= MAX_EXTENTS) {
      throw malformed();
    }
    extents.push({ offset, length });
  }
}

/** Format 0.0 repeats two keywords for each extent. */
function repeatedNumbers(pax: PaxOverrides): string[] {
  return pax.records
    .filter(({ keyword }) =>
      keyword === "GNU.sparse.offset" || keyword === "GNU.sparse.numbytes"
    )
    .map(({ value }) => String.fromCharCode(...value));
}

function pairs(numbers: readonly number[]): Extent[] {
  if (numbers.length % 2 !== 0) throw malformed();
  const extents: Extent[] = [];
  for (let i = 0; i < numbers.length; i += 2) {
    const [offset, length] = numbers.slice(i, i + 2) as [number, number];
    extents.push({ offset, length });
  }
  return extents;
}

function orMalformed(text: string): number {
  const number = decimal(text);
  if (number === undefined) throw malformed();
  return number;
}

function malformed(): FormatError {
  return new FormatError("has a malformed sparse map");
}

function cutShort(): FormatError {
  return new FormatError("is cut short in its sparse map");
}
