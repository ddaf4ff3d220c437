/**
 * What the thread that reads an archive is told, and what it answers.
 *
 * @module
 */
import type { Compression } from "./archive/detect_compression.ts";

/** Where an archive comes from. */
export type ArchiveInput =
  | {
    readonly kind: "file";
    readonly path: string;
    /** The part of it that is the archive. */
    readonly start: number;
    readonly end: number;
  }
  | { readonly kind: "stdin" }
  | { readonly kind: "url"; readonly url: string };

/** What the worker is told. */
export interface ArchiveJob {
  readonly input: ArchiveInput;
  /** `undefined` if the first bytes are to tell. */
  readonly compression: Compression | undefined;
  /** Where to write the decompressed archive, if anywhere. */
  readonly output: string | undefined;
  /** Where to write the archive as it came, if anywhere; xz is unpacked. */
  readonly copy: string | undefined;
  /** Whether a digest of the decompressed archive is taken. */
  readonly contentDigest: "taken" | "left";
  /** The decoder of xz, unless there is no need of it. */
  readonly xzProgram: Uint8Array | undefined;
}

/** What the worker has found, digests in hex. */
export interface ArchiveFindings {
  /** Of the archive, decompressed, if it was taken. */
  readonly content: string | undefined;
  /** What was copied, if anything was. */
  readonly copy: CopyFindings | undefined;
}

/** What is known of a copy. */
export interface CopyFindings {
  /** How it is packed. */
  readonly compression: Exclude<Compression, "xz">;
  readonly digest: string;
  readonly sizeBytes: number;
}

/** What the worker answers: first `opened`, then one of the others. */
export type ArchiveAnswer =
  | { readonly type: "opened" }
  | { readonly type: "done"; readonly findings: ArchiveFindings }
  | {
    readonly type: "failed";
    readonly reason: string;
    readonly at: FailurePlace;
    readonly compression: string;
  };

/** Where a worker fails: reading, decompressing, or writing the copy. */
export type FailurePlace = "source" | "content" | "copy";
