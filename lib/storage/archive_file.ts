/**
 * An archive opened for one reading: decompressed and, if wanted, copied on
 * the way, with the digest of what it holds at the end.
 *
 * @module
 */
import { lseek, openat } from "../../ffi/calls/file.ts";
import { type FileStatus, fstat } from "../../ffi/calls/stat.ts";
import {
  AT_FDCWD,
  F_SETPIPE_SZ,
  O_CLOEXEC,
  O_RDONLY,
} from "../../ffi/constants/fcntl.ts";
import { Fd } from "../../ffi/fd.ts";
import { syscall, trySyscall } from "../../ffi/syscall.ts";
import type { Digest } from "../base/digest.ts";
import type { TsdockerError } from "../base/errors.ts";
import type { Compression } from "./archive/detect_compression.ts";
import { ArchiveReading } from "./archive_reading.ts";
import type { ArchiveInput, ArchiveJob } from "./archive_job.ts";
import { type ArchiveWorker, startArchiveWorker } from "./archive_worker.ts";
import {
  isOwnersAlone,
  openRegular,
  readCompression,
} from "./archive/regular_file.ts";
import type { ByteSource } from "./tar/window.ts";

/** The largest a pipe may be without privilege. */
const PIPE_BYTES = 1024 * 1024;

/** One reading of an archive. */
export interface Archive extends ByteSource, Disposable {
  /**
   * Ends the reading. Everything has to be read before.
   *
   * @returns The digest of the archive, decompressed: its diffID.
   * @throws {IntegrityError} If it is corrupt, or was changed meanwhile.
   */
  finish(): Promise<Digest>;
  /** Ends the reading as {@linkcode finish} does; no digest is needed. */
  end(): Promise<void>;
  /**
   * What was copied; after {@linkcode finish}.
   *
   * @throws {HostError} If it could not be written.
   */
  copied(): Promise<CopiedArchive>;
  /**
   * Why the archive ended where it did, if that was not the archive's word.
   *
   * @returns The error to report in place of one about the archive.
   */
  explainEnd(): Promise<TsdockerError | undefined>;
}

/** An archive as it came; one of xz is kept unpacked. */
export interface CopiedArchive {
  readonly compression: Exclude<Compression, "xz">;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** One reading of an archive file. */
export interface ArchiveFile extends Archive {
  /** The file as it was when it was opened. */
  readonly status: FileStatus;
  /** The open file's number. */
  readonly fd: number;
}

/** An archive in an open file. */
export interface ArchivePart {
  /** What messages call it. */
  readonly label: string;
  /** A regular file. */
  readonly file: Fd;
  /** Where the archive begins in it. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/** What is done with an archive besides reading it. */
export interface ArchiveOptions {
  /** A file to copy it to as it comes. */
  readonly copy?: string;
  /** Whether {@linkcode Archive.finish} is to tell a digest; it takes time. */
  readonly digest?: "taken" | "left";
}

/**
 * Opens an archive file.
 *
 * @param path Path to a regular file, as the user gave it.
 * @throws {NotFoundError} If there is none.
 * @throws {IntegrityError} If it is no archive by its first bytes.
 * @throws {HostError} If it cannot be opened.
 */
export async function openArchiveFile(
  path: string,
  options: ArchiveOptions = {},
): Promise<ArchiveFile> {
  using file = openRegular(path);
  const size = fstat(file.number).sizeBytes;
  return await openArchivePart({ label: path, file, offset: 0, size }, options);
}

/**
 * Opens an archive in a file that has other things, too.
 *
 * @throws {IntegrityError} If it is no archive by its first bytes.
 */
export async function openArchivePart(
  { label, file, offset, size }: ArchivePart,
  options: ArchiveOptions = {},
): Promise<ArchiveFile> {
  using stack = new DisposableStack();
  // An open file of our own has a position of its own.
  const own = stack.use(openat(AT_FDCWD, file.path, O_RDONLY));
  const status = fstat(own.number);
  lseek(own.number, offset);
  const compression = readCompression(label, own, offset);
  const readsTwice = compression === "none" && isOwnersAlone(status);
  const { worker, pipe } = await startWorker(stack, {
    input: { kind: "file", path: own.path, start: offset, end: offset + size },
    compression,
    output: readsTwice ? "digest" : "pipe",
    ...options,
  });
  const input = pipe ?? own;
  const limit = readsTwice ? size : Infinity;
  const owned = stack.move();
  return new ArchiveReading({ label, file: own, input, limit, worker, owned });
}

/** A stream of bytes that comes only once. */
export type ArchiveStream = Exclude<ArchiveInput, { kind: "file" }>;

/**
 * Opens an archive that comes as a stream; its first bytes tell how it is
 * packed. It is read on another thread, and waits for this one.
 *
 * @param label What messages call it.
 */
export async function openArchiveStream(
  stream: ArchiveStream,
  label: string,
  options: ArchiveOptions = {},
): Promise<Archive> {
  using stack = new DisposableStack();
  const { worker, pipe } = await startWorker(stack, {
    input: stream,
    compression: undefined,
    output: "pipe",
    ...options,
  });
  if (pipe === undefined) throw new TypeError("A stream comes by a pipe");
  const owned = stack.move();
  return new ArchiveReading({
    label,
    input: pipe,
    limit: Infinity,
    worker,
    owned,
  });
}

interface WorkerOptions
  extends Pick<ArchiveJob, "input" | "compression">, ArchiveOptions {
  /** Whether the archive comes by a pipe, or only what is said of it. */
  readonly output: "pipe" | "digest";
}

/** @param stack What is opened is closed with it. */
async function startWorker(
  stack: DisposableStack,
  { input, compression, output, copy, digest = "taken" }: WorkerOptions,
): Promise<{ readonly worker: ArchiveWorker; readonly pipe: Fd | undefined }> {
  const pipe = output === "pipe" ? makePipe() : undefined;
  if (pipe !== undefined) {
    stack.use(pipe.reader);
    stack.use(pipe.writer);
  }
  const worker = stack.use(startArchiveWorker({
    input,
    compression,
    output: pipe?.writer.path,
    copy,
    contentDigest: digest,
    xzProgram: compression === undefined || compression === "xz"
      ? (await import("./archive/xz_program.ts")).xzProgram()
      : undefined,
  }));
  await worker.opened;
  // The worker has its own: ours would keep the pipe from ending with it.
  pipe?.writer[Symbol.dispose]();
  return { worker, pipe: pipe?.reader };
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
