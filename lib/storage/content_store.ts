/**
 * The content of images by digest, exactly as it came: manifests, configs and
 * packed layers. What has its name is whole and was verified when it came.
 *
 * @module
 * @see image-spec 1.1, image-layout.md, "Blobs"
 */
import type { Hash } from "node:crypto";
import { linkOpenFile, openat } from "../../ffi/calls/file.ts";
import { statIfThere } from "../../ffi/calls/stat.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
} from "../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import {
  type Digest,
  digestHex,
  digestOf,
  parseDigest,
} from "../base/digest.ts";
import { IntegrityError, NotFoundError } from "../base/errors.ts";
import type { HostPaths } from "../base/host_paths.ts";
import { MAX_DOCUMENT_BYTES } from "../oci/parse_image.ts";
import { makePrivate } from "./growing_tree.ts";
import { endIfAsked } from "./tidy_end.ts";

/** Where the store is. */
type StorePaths = Pick<HostPaths, "blobs">;

/** What a blob is called, and how long it is. */
export interface BlobIdentity {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

const COPY_BYTES = 1024 * 1024;

/** Where a blob is or will be. */
export function blobPath({ blobs }: StorePaths, digest: Digest): string {
  return `${blobs}/sha256/${digestHex(digest)}`;
}

/** The size of a blob in bytes, `undefined` if it is not there. */
export function blobSize(
  paths: StorePaths,
  digest: Digest,
): number | undefined {
  return statIfThere(AT_FDCWD, blobPath(paths, digest))?.sizeBytes;
}

/**
 * Reads a small blob: a manifest or a config.
 *
 * @throws {NotFoundError} If it is not there.
 * @throws {IntegrityError} If it is too large for one.
 */
export function readBlob(
  paths: StorePaths,
  digest: Digest,
): Uint8Array<ArrayBuffer> {
  const size = blobSize(paths, digest);
  if (size === undefined) {
    throw new NotFoundError(`The image store has no content ${digest}`, {
      advice: "pull or load the image again",
    });
  }
  if (size > MAX_DOCUMENT_BYTES) {
    throw new IntegrityError(
      `Cannot read ${digest}: ${size} bytes are too many for a document`,
    );
  }
  return Deno.readFileSync(blobPath(paths, digest));
}

/** Puts a small blob into the store. */
export async function putBlob(
  paths: StorePaths,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<BlobIdentity> {
  const digest = await digestOf(bytes);
  if (blobSize(paths, digest) === undefined) {
    using blob = new GrowingBlob(paths);
    await Deno.writeFile(blob.path, bytes);
    blob.publish(digest);
  }
  return { digest, size: bytes.length };
}

/** Part of an open file. */
export interface FilePart {
  readonly file: Fd;
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/**
 * Copies part of a file into the store.
 *
 * @param expected Its digest, if it is known before.
 * @throws {IntegrityError} If the file is shorter, or the digest another one.
 */
export async function copyIntoStore(
  paths: StorePaths,
  { file, offset, size }: FilePart,
  expected?: Digest,
): Promise<BlobIdentity> {
  if (expected !== undefined && blobSize(paths, expected) === size) {
    return { digest: expected, size };
  }
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  using blob = new GrowingBlob(paths);
  using input = await Deno.open(file.path);
  using output = await Deno.open(blob.path, { write: true });
  await input.seek(offset, Deno.SeekMode.Start);
  copyPieces({ input, output, hash }, size);
  const digest = parseDigest(`sha256:${hash.digest("hex")}`);
  assertDigest(digest, expected);
  blob.publish(digest);
  return { digest, size };
}

interface Copying {
  readonly input: Deno.FsFile;
  readonly output: Deno.FsFile;
  readonly hash: Pick<Hash, "update">;
}

function copyPieces({ input, output, hash }: Copying, size: number): void {
  const buffer = new Uint8Array(COPY_BYTES);
  for (let left = size; left > 0;) {
    endIfAsked();
    const room = buffer.subarray(0, Math.min(left, COPY_BYTES));
    const count = input.readSync(room);
    if (count === null) {
      throw new IntegrityError(
        `Cannot copy content: it ends ${left} bytes early`,
      );
    }
    const piece = buffer.subarray(0, count);
    hash.update(piece);
    writeWhole(output, piece);
    left -= count;
  }
}

/** Writes all bytes to a file. */
export function writeWhole(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let left = bytes; left.length > 0;) {
    left = left.subarray(file.writeSync(left));
  }
}

/**
 * Compares the digest of content with the one that it should have.
 *
 * @throws {IntegrityError} If it is another one.
 */
export function assertDigest(actual: Digest, expected?: Digest): void {
  if (expected === undefined || actual === expected) return;
  throw new IntegrityError(
    `The content of ${expected} is damaged: its digest is ${actual}`,
    { advice: "get it from its source again" },
  );
}

/**
 * A blob that is being written: a file without a name, which is gone with the
 * process, until it is published.
 */
export class GrowingBlob implements Disposable {
  readonly #file: Fd;
  readonly #store: Fd;

  /** @throws {HostError} If the store cannot be made. */
  constructor({ blobs }: StorePaths) {
    const directory = `${blobs}/sha256`;
    makePrivate(directory);
    using opened = new DisposableStack();
    this.#store = opened.use(
      openat(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY),
    );
    this.#file = openat(AT_FDCWD, directory, O_TMPFILE | O_RDWR, 0o600);
    opened.move();
  }

  /** The open file, for reading and writing. */
  get file(): Fd {
    return this.#file;
  }

  /** A path to open it by. */
  get path(): string {
    return this.#file.path;
  }

  /**
   * Gives it its name, unless one like it has it already.
   *
   * @param digest Of all that was written; the caller has taken it.
   */
  publish(digest: Digest): void {
    const to = { directory: this.#store.number, name: digestHex(digest) };
    try {
      linkOpenFile(this.#file, to);
    } catch (error) {
      if (!isSyscallError(error, "EEXIST")) throw error;
    }
  }

  /** Closes it; unless it was published, it is gone. */
  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
    this.#store[Symbol.dispose]();
  }
}
