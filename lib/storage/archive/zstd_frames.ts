/**
 * Splits a zstd stream into its frames by their headers alone: Deno's
 * decompressor takes one frame at a time, and accepts one that is cut short.
 * It runs in a worker that gets its text, so it names nothing of this file.
 *
 * @module
 * @see RFC 8878, section 3.1
 */

/** Bytes as they come. */
export type Pieces = AsyncIterable<Uint8Array>;

/**
 * The frames of a stream, without those to be skipped. Each has to be read to
 * its end before the next is asked for.
 *
 * @throws {Error} If the stream is cut short, or something else is in it.
 */
export async function* splitZstdFrames(pieces: Pieces): AsyncGenerator<Pieces> {
  const MAGIC = 0xfd2fb528;
  /** Sixteen numbers, `0x184d2a50` to `0x184d2a5f`, mark what to skip. */
  const SKIPPABLE_MAGIC = 0x184d2a50;
  const MAGIC_BYTES = 4;
  const SIZE_BYTES = 4;
  const BLOCK_HEADER_BYTES = 3;
  const CHECKSUM_BYTES = 4;
  const BLOCK_TYPE_RLE = 1;

  const source = pieces[Symbol.asyncIterator]();
  let loaded: Uint8Array = new Uint8Array(0);
  let hasEnded = false;

  /** Whether `count` bytes are loaded, after waiting for them. */
  async function load(count: number): Promise<boolean> {
    while (loaded.length < count && !hasEnded) {
      const { done, value } = await source.next();
      if (done === true) hasEnded = true;
      else if (loaded.length === 0) loaded = value;
      else {
        const joined = new Uint8Array(loaded.length + value.length);
        joined.set(loaded);
        joined.set(value, loaded.length);
        loaded = joined;
      }
    }
    return loaded.length >= count;
  }

  async function take(count: number): Promise<Uint8Array> {
    if (!await load(count)) throw new Error("unexpected end of file");
    const taken = loaded.subarray(0, count);
    loaded = loaded.subarray(count);
    return taken;
  }

  async function* pass(count: number): Pieces {
    for (let left = count; left > 0;) {
      if (!await load(1)) throw new Error("unexpected end of file");
      const piece = loaded.subarray(0, left);
      loaded = loaded.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  function littleEndian(bytes: Uint8Array): number {
    return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
  }

  /** Goes from block to block until the last one; their sizes are in front. */
  async function* frame(magic: Uint8Array): Pieces {
    yield magic;
    const [descriptor = 0] = await take(1);
    yield Uint8Array.of(descriptor);
    const isSingleSegment = (descriptor & 0x20) !== 0;
    const windowBytes = isSingleSegment ? 0 : 1;
    const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
    const sizeFlag = descriptor >> 6;
    const sizeBytes = sizeFlag === 0
      ? (isSingleSegment ? 1 : 0)
      : 1 << sizeFlag;
    yield* pass(windowBytes + dictionaryBytes + sizeBytes);
    for (let isLast = false; !isLast;) {
      const header = await take(BLOCK_HEADER_BYTES);
      const block = littleEndian(header);
      yield header;
      isLast = (block & 1) === 1;
      const isRepeated = ((block >> 1) & 3) === BLOCK_TYPE_RLE;
      yield* pass(isRepeated ? 1 : block >> 3);
    }
    if ((descriptor & 4) !== 0) yield* pass(CHECKSUM_BYTES);
  }

  while (await load(1)) {
    const magic = await take(MAGIC_BYTES);
    const number = littleEndian(magic);
    if (number === MAGIC) yield frame(magic);
    else if (number - number % 16 === SKIPPABLE_MAGIC) {
      const size = littleEndian(await take(SIZE_BYTES));
      for await (const _ of pass(size));
    } else throw new Error("something else follows it");
  }
}
