/**
 * Where archives come from: files, standard input, servers.
 *
 * @module
 */
import { fstat } from "../../../ffi/calls/stat.ts";
import { S_IFMT, S_IFREG } from "../../../ffi/constants/stat.ts";
import { Fd } from "../../../ffi/fd.ts";
import { syscall } from "../../../ffi/syscall.ts";
import { UsageError } from "../../base/errors.ts";
import {
  type Archive,
  type ArchiveOptions,
  openArchiveFile,
  openArchiveStream,
} from "../archive_file.ts";

/** Where an archive comes from. */
export type ArchiveOrigin =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "stdin" }
  | { readonly kind: "url"; readonly url: string };

/** An {@linkcode ArchiveOrigin}, or a directory with what an archive has. */
export type FilesOrigin =
  | ArchiveOrigin
  | { readonly kind: "directory"; readonly path: string };

const STDIN = 0;
const SEEK_CURRENT = 1;
const URL_SCHEME = /^https?:\/\//i;

/**
 * Reads what a person writes: a path, a URL, or `-` for standard input.
 *
 * @param cwd What paths are relative to; absolute.
 * @throws {UsageError} If it is empty, which is not the working directory but
 *   a variable that was not set.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseArchiveOrigin("-", "/"), { kind: "stdin" });
 * const file = { kind: "file", path: "/tmp/x.tar" };
 * assert.deepEqual(parseArchiveOrigin("x.tar", "/tmp"), file);
 * ```
 */
export function parseArchiveOrigin(text: string, cwd: string): ArchiveOrigin {
  if (text === "") {
    throw new UsageError("the name of the archive is empty", {
      advice: "a path, a URL, or - for stdin",
    });
  }
  if (text === "-") return { kind: "stdin" };
  if (URL_SCHEME.test(text)) return { kind: "url", url: text };
  const path = text.startsWith("/") ? text : `${cwd}/${text}`;
  return { kind: "file", path };
}

/** What messages call it. */
export function originLabel(origin: ArchiveOrigin): string {
  if (origin.kind === "stdin") return "-";
  return origin.kind === "url" ? origin.url : origin.path;
}

/**
 * Opens an archive for one reading.
 *
 * @throws {NotFoundError} If there is no such file.
 * @throws {IntegrityError} If it is no archive by its first bytes.
 */
export async function openArchive(
  origin: ArchiveOrigin,
  options: ArchiveOptions = {},
): Promise<Archive> {
  return origin.kind === "file"
    ? await openArchiveFile(origin.path, options)
    : await openArchiveStream(origin, originLabel(origin), options);
}

/**
 * Standard input as an open file of its own, if it is a regular file of which
 * nothing has been read.
 */
export function openStdinFile(): Fd | undefined {
  const isRegular = (fstat(STDIN).mode & S_IFMT) === S_IFREG;
  if (!isRegular || syscall("lseek", STDIN, 0, SEEK_CURRENT) !== 0) {
    return undefined;
  }
  const F_DUPFD_CLOEXEC = 1030;
  return new Fd(syscall("fcntl", STDIN, F_DUPFD_CLOEXEC, 0));
}
