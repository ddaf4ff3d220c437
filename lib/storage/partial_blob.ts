/**
 * A blob that arrives in pieces, perhaps over several runs of the program:
 * what has come is kept under a name of its own until all of it is there.
 *
 * @module
 */
import type { Hash } from "node:crypto";
import { type Digest, digestHex, parseDigest } from "../base/digest.ts";
import { HostError } from "../base/errors.ts";
import type { HostPaths } from "../base/host_paths.ts";
import {
  assertDigest,
  blobPath,
  blobSize,
  writeWhole,
} from "./content_store.ts";
import { lockFile } from "./file_lock.ts";
import { makePrivate } from "./growing_tree.ts";
import { noteBegun, noteFinished } from "./unfinished.ts";

/** What the name of a blob begins with until it is whole. */
export const PARTIAL_PREFIX = ".partial-";
/** What the name of its lock begins with. */
export const PARTIAL_LOCK_PREFIX = ".lock-";

const READ_BYTES = 256 * 1024;

/** A blob as a manifest describes it. */
interface WantedBlob {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/**
 * Opens what has come of a blob, for this process alone. Waits for another one
 * that has it open.
 *
 * @returns `undefined` if the blob is in the store by then.
 */
export async function openPartialBlob(
  paths: Pick<HostPaths, "blobs">,
  blob: WantedBlob,
): Promise<PartialBlob | undefined> {
  const { blobs } = paths;
  makePrivate(`${blobs}/sha256`);
  const hex = digestHex(blob.digest);
  using lock = new DisposableStack();
  lock.use(await lockFile(`${blobs}/${PARTIAL_LOCK_PREFIX}${hex}`));
  if (blobSize(paths, blob.digest) === blob.size) return undefined;
  const { createHash } = await import("node:crypto");
  const path = `${blobs}/${PARTIAL_PREFIX}${hex}`;
  const file = lock.use(
    await Deno.open(path, {
      create: true,
      read: true,
      write: true,
      mode: 0o600,
    }),
  );
  const begin = (): Hash => createHash("sha256");
  const places = { path, target: blobPath(paths, blob.digest) };
  return new PartialBlob(blob, { ...places, file, begin }, lock.move());
}

interface Parts {
  readonly path: string;
  readonly target: string;
  readonly file: Deno.FsFile;
  begin(): Hash;
}

/** What has come of a blob; locked until the scope ends. */
export class PartialBlob implements Disposable {
  readonly #blob: WantedBlob;
  readonly #parts: Parts;
  readonly #owned: DisposableStack;
  #hash: Hash;
  #size = 0;

  /** Use {@linkcode openPartialBlob}. */
  constructor(blob: WantedBlob, parts: Parts, owned: DisposableStack) {
    this.#blob = blob;
    this.#parts = parts;
    this.#owned = owned;
    this.#hash = parts.begin();
    noteBegun(this);
  }

  /** How much of it there is, in bytes. */
  get size(): number {
    return this.#size;
  }

  /**
   * Reads what has come before, in this run and earlier ones.
   *
   * @param take Given each piece, valid until its promise is settled.
   */
  async replay(take: (piece: Uint8Array) => Promise<void>): Promise<void> {
    const { file } = this.#parts;
    // More than there should be is something else.
    if ((await file.stat()).size > this.#blob.size) this.clear();
    await file.seek(0, Deno.SeekMode.Start);
    this.#hash = this.#parts.begin();
    this.#size = 0;
    const buffer = new Uint8Array(READ_BYTES);
    for (;;) {
      const count = await file.read(buffer);
      if (count === null) return;
      const piece = buffer.subarray(0, count);
      this.#hash.update(piece);
      this.#size += count;
      await take(piece);
    }
  }

  /**
   * Adds what has come.
   *
   * @throws {HostError} If it cannot be written, such as to a full disk.
   */
  append(piece: Uint8Array): void {
    try {
      writeWhole(this.#parts.file, piece);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const { digest } = this.#blob;
      throw new HostError(`Cannot store ${digest}: ${reason}`, { cause });
    }
    this.#hash.update(piece);
    this.#size += piece.length;
  }

  /** Forgets what has come. */
  clear(): void {
    const { file } = this.#parts;
    file.truncateSync(0);
    file.seekSync(0, Deno.SeekMode.Start);
    this.#hash = this.#parts.begin();
    this.#size = 0;
  }

  /**
   * Puts it into the store, now that all of it has come.
   *
   * @throws {IntegrityError} If it is another one; it is forgotten then.
   */
  publish(): void {
    const actual = parseDigest(`sha256:${this.#hash.digest("hex")}`);
    if (actual !== this.#blob.digest) this.clear();
    assertDigest(actual, this.#blob.digest);
    Deno.renameSync(this.#parts.path, this.#parts.target);
  }

  /** Closes it. What has come stays, unless that is nothing. */
  [Symbol.dispose](): void {
    noteFinished(this);
    using _owned = this.#owned;
    if (this.#size > 0) return;
    try {
      // Nothing has come, or it has been forgotten.
      if (this.#parts.file.statSync().size === 0) {
        Deno.removeSync(this.#parts.path);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
