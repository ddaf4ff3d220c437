/**
 * The files of images in an archive, or in a directory, found by name: what
 * is small is read, what is large is taken from where it is.
 *
 * @module
 */
import { IntegrityError } from "../../base/errors.ts";
import type { Digest } from "../../base/digest.ts";
import { digestOf } from "../../base/digest.ts";
import { MAX_DOCUMENT_BYTES } from "../../oci/parse_image.ts";
import { syscall } from "../../../ffi/syscall.ts";
import { lseek } from "../../../ffi/calls/file.ts";
import type { FilePart, GrowingBlob } from "../content_store.ts";

/** One file, which is a part of an open one. */
export interface ImageFile extends FilePart {
  /** Itself alone, written to the store on its way, with its digest. */
  readonly blob?: { readonly growing: GrowingBlob; readonly digest: Digest };
}

/** Files by name, for as long as they are needed. */
export interface ImageFiles extends Disposable {
  /** What messages call them together: the archive or the directory. */
  readonly label: string;
  /**
   * Finds a file; links are followed, as long as they lead to another one.
   *
   * @param name Relative to the top, without superfluous components.
   */
  find(name: string): ImageFile | undefined;
}

/** Largest piece that one call reads. */
const PIECE_BYTES = 128 * 1024;

/**
 * Finds a file that has to be there.
 *
 * @throws {IntegrityError} If it is missing.
 */
export function requireFile(files: ImageFiles, name: string): ImageFile {
  const file = files.find(name);
  if (file !== undefined) return file;
  throw new IntegrityError(`Cannot load "${files.label}": it has no "${name}"`);
}

/**
 * Reads a document.
 *
 * @param expected Its digest, if it is known before.
 * @throws {IntegrityError} If it is too large for one, cut short, or another.
 */
export async function readDocument(
  { label }: Pick<ImageFiles, "label">,
  name: string,
  { file, offset, size }: FilePart,
  expected?: Digest,
): Promise<Uint8Array<ArrayBuffer>> {
  if (size > MAX_DOCUMENT_BYTES) {
    throw new IntegrityError(
      `Cannot load "${label}": ${size} bytes are too many for "${name}"`,
    );
  }
  const bytes = new Uint8Array(size);
  lseek(file.number, offset);
  for (let at = 0; at < size;) {
    const piece = new Uint8Array(Math.min(PIECE_BYTES, size - at));
    const count = syscall("read", file.number, piece, piece.length);
    if (count === 0) {
      throw new IntegrityError(
        `Cannot load "${label}": "${name}" is cut short`,
      );
    }
    bytes.set(piece.subarray(0, count), at);
    at += count;
  }
  if (expected !== undefined && await digestOf(bytes) !== expected) {
    throw new IntegrityError(
      `Cannot load "${label}": "${name}" is damaged, its digest is not ${expected}`,
      { advice: "make or fetch the file again" },
    );
  }
  return bytes;
}
