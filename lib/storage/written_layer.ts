/**
 * Writes files into the store as a layer that is not packed: reading it again
 * costs nothing, and who pushes it may pack it.
 *
 * @module
 */
import type { Extent } from "../../ffi/calls/file.ts";
import type { Memory } from "../../ffi/memory.ts";
import type { HostPaths } from "../base/host_paths.ts";
import { type BlobIdentity, GrowingBlob } from "./content_store.ts";
import { digestOfFile } from "./file_digest.ts";
import type { EntrySource, TarEntry } from "./tar/entry.ts";
import { writeArchive } from "./tar/writer.ts";

/** A layer in the making: written, and without a name. */
export interface WrittenBlob extends Disposable {
  readonly blob: GrowingBlob;
  /** Bytes. */
  readonly size: number;
  /** How many files it has. */
  readonly count: number;
}

/**
 * Writes all files of a source. Blocks.
 *
 * @param checkPoint Called for each file and piece of one; may throw.
 * @returns The blob; gone with its scope unless it is published.
 */
export function writeBlob(
  paths: HostPaths,
  source: EntrySource,
  checkPoint: () => void,
): WrittenBlob {
  using undo = new DisposableStack();
  const blob = undo.use(new GrowingBlob(paths));
  const counted = new CountedSource(source, checkPoint);
  const size = writeArchive(counted, blob.file.number, "holes");
  undo.move();
  return {
    blob,
    size,
    count: counted.count,
    [Symbol.dispose]: () => blob[Symbol.dispose](),
  };
}

/** Gives a written blob its name. */
export async function publishBlob(
  { blob, size }: WrittenBlob,
): Promise<BlobIdentity> {
  const digest = await digestOfFile(blob.file);
  blob.publish(digest);
  return { digest, size };
}

class CountedSource implements EntrySource {
  count = 0;
  readonly #source: EntrySource;
  readonly #checkPoint: () => void;

  constructor(source: EntrySource, checkPoint: () => void) {
    this.#source = source;
    this.#checkPoint = checkPoint;
  }

  get memory(): Memory {
    return this.#source.memory;
  }

  next(): TarEntry | undefined {
    this.#checkPoint();
    const entry = this.#source.next();
    if (entry !== undefined) this.count++;
    return entry;
  }

  readContent(): Extent | undefined {
    this.#checkPoint();
    return this.#source.readContent();
  }
}
