/**
 * An archive file opened for one reading: decompressed on the way, with the
 * digest of what it holds at the end.
 *
 * @module
 */
import { type FileStatus, fstat, openat, read } from "../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  F_SETPIPE_SZ,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDONLY,
} from "../../ffi/constants/fcntl.ts";
import { S_IFDIR, S_IFMT, S_IFREG } from "../../ffi/constants/stat.ts";
import {
  describeErrno,
  isSyscallError,
  SyscallError,
} from "../../ffi/errno.ts";
import { Fd } from "../../ffi/fd.ts";
import type { Memory } from "../../ffi/memory.ts";
import { syscall, trySyscall } from "../../ffi/syscall.ts";
import { type Digest, parseDigest } from "../base/digest.ts";
import { HostError, IntegrityError, NotFoundError } from "../base/errors.ts";
import {
  type ArchiveWorker,
  type Compression,
  type FileRange,
  startArchiveWorker,
} from "./archive_worker.ts";
import type { ByteSource } from "./tar/window.ts";
import { findZstdFrames } from "./zstd_frames.ts";

/** Formats that are known by their first bytes but not read. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  "\xfd7zXZ\0": "xz -d",
  "BZh": "bzip2 -d",
  "\x04\x22\x4d\x18": "lz4 -d",
};
const GZIP_MAGIC = "\x1f\x8b";
const ZSTD_MAGIC = "\x28\xb5\x2f\xfd";
/** A frame to be skipped, save for its first byte, which may vary. */
const ZSTD_SKIPPABLE_MAGIC = "\x2a\x4d\x18";
const MAGIC_BYTES = 6;
/** The largest a pipe may be without privilege. */
const PIPE_BYTES = 1024 * 1024;

/** One reading of an archive file. */
export interface ArchiveFile extends ByteSource, Disposable {
  /** The file as it was when it was opened. */
  readonly status: FileStatus;
  /** The open file's number. */
  readonly fd: number;
  /**
   * Ends the reading. Everything has to be read before.
   *
   * @returns The digest of the archive, decompressed: its diffID.
   * @throws {IntegrityError} If the file is corrupt, or was changed meanwhile.
   */
  finish(): Promise<Digest>;
  /**
   * Why the archive ended where it did, if that was the file's fault.
   *
   * @returns The error to report in place of one about the archive.
   */
  explainEnd(): Promise<IntegrityError | undefined>;
}

/**
 * Opens an archive file.
 *
 * @param path Path to a regular file, as the user gave it.
 * @throws {NotFoundError} If there is none.
 * @throws {IntegrityError} If it is no archive by its first bytes.
 * @throws {HostError} If it cannot be opened.
 */
export async function openArchiveFile(path: string): Promise<ArchiveFile> {
  using stack = new DisposableStack();
  const file = stack.use(openRegular(path));
  const status = fstat(file.number);
  const compression = detectCompression(path, file);
  const ranges = rangesOf(path, file, compression, status.sizeBytes);
  const readsTwice = compression === "none" && isOwnersAlone(status);
  const pipe = readsTwice ? undefined : makePipe();
  if (pipe !== undefined) {
    stack.use(pipe.reader);
    stack.use(pipe.writer);
  }
  const worker = stack.use(startArchiveWorker({
    input: file.path,
    compression,
    ranges,
    output: pipe?.writer.path,
  }));
  await worker.opened;
  // The worker has its own: ours would keep the pipe from ending with it.
  pipe?.writer[Symbol.dispose]();
  const owned = stack.move();
  return new OpenArchive(path, {
    file,
    input: pipe?.reader ?? file,
    status,
    worker,
    compression,
    owned,
  });
}

interface Parts {
  readonly file: Fd;
  readonly input: Fd;
  readonly status: FileStatus;
  readonly worker: ArchiveWorker;
  readonly compression: Compression;
  readonly owned: DisposableStack;
}

class OpenArchive implements ArchiveFile {
  readonly #path: string;
  readonly #parts: Parts;
  #hasEnded = false;

  constructor(path: string, parts: Parts) {
    this.#path = path;
    this.#parts = parts;
  }

  get status(): FileStatus {
    return this.#parts.status;
  }

  get fd(): number {
    return this.#parts.file.number;
  }

  read(memory: Memory, offset: number, length: number): number {
    const count = read(this.#parts.input.number, memory, { offset, length });
    if (count === 0) this.#hasEnded = true;
    return count;
  }

  async finish(): Promise<Digest> {
    const corrupt = await this.explainEnd();
    if (corrupt !== undefined) throw corrupt;
    const hex = await this.#parts.worker.digest;
    const changed = this.#explainChange();
    if (changed !== undefined) throw changed;
    return parseDigest(`sha256:${hex}`);
  }

  async explainEnd(): Promise<IntegrityError | undefined> {
    // A worker that was not heard to the end fails for that reason alone.
    if (!this.#hasEnded) return undefined;
    try {
      await this.#parts.worker.digest;
      return undefined;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      return this.#explainChange() ??
        corruptData(this.#path, this.#parts.compression, reason);
    }
  }

  #explainChange(): IntegrityError | undefined {
    if (isSameVersion(this.status, fstat(this.fd))) return undefined;
    return new IntegrityError(
      `Cannot read "${this.#path}": the file changed while it was read`,
      { advice: "run it again once nothing writes to it" },
    );
  }

  [Symbol.dispose](): void {
    this.#parts.owned[Symbol.dispose]();
  }
}

/**
 * Whether nobody but us can write to a file. If so it may be read twice, for
 * its digest and for its content; anybody else could show the two readings
 * different bytes through a mapping, which changes none of the file's times.
 */
function isOwnersAlone({ uid, mode }: FileStatus): boolean {
  const OTHERS_WRITE = 0o022;
  return uid === Deno.uid() && (mode & OTHERS_WRITE) === 0;
}

/** Whether a file is the same and has not been written to. */
function isSameVersion(a: FileStatus, b: FileStatus): boolean {
  return a.inode === b.inode && a.sizeBytes === b.sizeBytes &&
    a.modified.seconds === b.modified.seconds &&
    a.modified.nanoseconds === b.modified.nanoseconds &&
    a.changed.seconds === b.changed.seconds &&
    a.changed.nanoseconds === b.changed.nanoseconds;
}

function openRegular(path: string): Fd {
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

function detectCompression(path: string, file: Fd): Compression {
  const magic = String.fromCharCode(...readAt(file, 0, MAGIC_BYTES));
  if (magic === "") {
    throw new IntegrityError(`Cannot read "${path}": the file is empty`);
  }
  for (const [signature, command] of Object.entries(UNSUPPORTED)) {
    if (!magic.startsWith(signature)) continue;
    const [program] = command.split(" ");
    throw new IntegrityError(
      `Cannot read "${path}": ${program} compression is not supported`,
      { advice: `run "${command} ${path}" first` },
    );
  }
  if (magic.startsWith(GZIP_MAGIC)) return "gzip";
  const isZstd = magic.startsWith(ZSTD_MAGIC) ||
    magic.startsWith(ZSTD_SKIPPABLE_MAGIC, 1);
  return isZstd ? "zstd" : "none";
}

function rangesOf(
  path: string,
  file: Fd,
  compression: Compression,
  sizeBytes: number,
): readonly FileRange[] {
  if (compression !== "zstd") return [{ start: 0, end: sizeBytes }];
  const frames = findZstdFrames(
    (offset, length) => readAt(file, offset, length),
    sizeBytes,
  );
  if (frames !== undefined) return frames;
  throw corruptData(path, compression, "unexpected end of file");
}

function corruptData(
  path: string,
  compression: Compression,
  reason: string,
): IntegrityError {
  const what = compression === "none" ? "file" : `${compression} data`;
  return new IntegrityError(
    `Cannot read "${path}": its ${what} is corrupt or cut short (${reason})`,
    { advice: "make or fetch the file again" },
  );
}

/** Reads at an offset and puts the file's position back to the start. */
function readAt(file: Fd, offset: number, length: number): Uint8Array {
  const SEEK_SET = 0;
  const bytes = new Uint8Array(length);
  syscall("lseek", file.number, offset, SEEK_SET);
  const count = syscall("read", file.number, bytes, length);
  syscall("lseek", file.number, 0, SEEK_SET);
  return bytes.subarray(0, count);
}

function makePipe(): { reader: Fd; writer: Fd } {
  const ends = new Uint8Array(8);
  syscall("pipe2", ends, O_CLOEXEC);
  const [reader, writer] = new Int32Array(ends.buffer) as unknown as [
    number,
    number,
  ];
  // Fewer changes of thread; refused where the user's pipes take much already.
  trySyscall("fcntl", writer, F_SETPIPE_SZ, PIPE_BYTES);
  return { reader: new Fd(reader), writer: new Fd(writer) };
}
