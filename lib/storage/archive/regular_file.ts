/**
 * Regular files that archives are in, and whether somebody changes them.
 *
 * @module
 */
import { lseek, openat } from "../../../ffi/calls/file.ts";
import { type FileStatus, fstat } from "../../../ffi/calls/stat.ts";
import {
  AT_FDCWD,
  O_NONBLOCK,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import { S_IFDIR, S_IFMT, S_IFREG } from "../../../ffi/constants/stat.ts";
import {
  describeErrno,
  isSyscallError,
  SyscallError,
} from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { syscall } from "../../../ffi/syscall.ts";
import { HostError, IntegrityError, NotFoundError } from "../../base/errors.ts";
import {
  type Compression,
  detectCompression,
  MAGIC_BYTES,
} from "./detect_compression.ts";

/**
 * Whether nobody but us can write to a file. If so it may be read twice, for
 * its digest and for its content; anybody else could show the two readings
 * different bytes through a mapping, which changes none of the file's times.
 */
export function isOwnersAlone({ uid, mode }: FileStatus): boolean {
  const OTHERS_WRITE = 0o022;
  return uid === Deno.uid() && (mode & OTHERS_WRITE) === 0;
}

/** Whether a file is the same and has not been written to. */
export function isSameVersion(a: FileStatus, b: FileStatus): boolean {
  return a.inode === b.inode && a.sizeBytes === b.sizeBytes &&
    a.modified.seconds === b.modified.seconds &&
    a.modified.nanoseconds === b.modified.nanoseconds &&
    a.changed.seconds === b.changed.seconds &&
    a.changed.nanoseconds === b.changed.nanoseconds;
}

/**
 * Opens a regular file for reading.
 *
 * @throws {NotFoundError} If there is none.
 * @throws {IntegrityError} If it is something else.
 * @throws {HostError} If it cannot be opened.
 */
export function openRegular(path: string): Fd {
  const attempt = `Cannot read "${path}"`;
  let fd: Fd;
  try {
    // O_NONBLOCK: a fifo would wait for a writer.
    fd = openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    const details = { cause: error };
    const message = `${attempt}: ${describeErrno(error.errno)}`;
    throw isSyscallError(error, "ENOENT", "ENOTDIR")
      ? new NotFoundError(message, details)
      : new HostError(message, details);
  }
  const type = fstat(fd.number).mode & S_IFMT;
  if (type === S_IFREG) return fd;
  fd[Symbol.dispose]();
  throw new IntegrityError(
    type === S_IFDIR
      ? `${attempt}: it is a directory, not an archive`
      : `${attempt}: it is not a regular file`,
  );
}

/**
 * How an archive in a file is packed.
 *
 * @param label What messages call it.
 * @param offset Where it begins.
 * @throws {IntegrityError} If there is nothing, or nothing that is read.
 */
export function readCompression(
  label: string,
  file: Fd,
  offset: number,
): Compression {
  const head = readAt(file, offset, MAGIC_BYTES);
  if (head.length === 0) {
    throw new IntegrityError(`Cannot read "${label}": the file is empty`);
  }
  const compression = detectCompression(head);
  if (compression !== "bzip2" && compression !== "lz4") return compression;
  throw new IntegrityError(
    `Cannot read "${label}": ${compression} compression is not supported`,
    { advice: `run "${compression} -d ${label}" first` },
  );
}

/** Reads at an offset and puts the file's position back there. */
function readAt(file: Fd, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  lseek(file.number, offset);
  const count = syscall("read", file.number, bytes, length);
  lseek(file.number, offset);
  return bytes.subarray(0, count);
}
