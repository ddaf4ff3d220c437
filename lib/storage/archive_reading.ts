/**
 * One reading of an archive that a worker decompresses: its content here, and
 * at the end what the worker has found, or why it has failed.
 *
 * @module
 */
import { read } from "../../ffi/calls/file.ts";
import { type FileStatus, fstat } from "../../ffi/calls/stat.ts";
import type { Fd } from "../../ffi/fd.ts";
import type { Memory } from "../../ffi/memory.ts";
import { type Digest, parseDigest } from "../base/digest.ts";
import {
  HostError,
  IntegrityError,
  type TsdockerError,
} from "../base/errors.ts";
import { isSameVersion } from "./archive/regular_file.ts";
import type { ArchiveFile, CopiedArchive } from "./archive_file.ts";
import type { ArchiveFindings } from "./archive_job.ts";
import { ArchiveFailure, type ArchiveWorker } from "./archive_worker.ts";
import { awaitInputTidily } from "./tidy_end.ts";

/** What a reading is made of. */
export interface ReadingParts {
  /** What messages call it. */
  readonly label: string;
  /** The archive's file, if it is one. */
  readonly file?: Fd;
  /** Where its content is read from. */
  readonly input: Fd;
  /** How many bytes there are to be read. */
  readonly limit: number;
  readonly worker: ArchiveWorker;
  /** Everything that is open for it. */
  readonly owned: DisposableStack;
}

/** An archive that is being read, on this thread and on its worker. */
export class ArchiveReading implements ArchiveFile {
  readonly #parts: ReadingParts;
  readonly #status: FileStatus | undefined;
  #left: number;
  #hasEnded = false;

  constructor(parts: ReadingParts) {
    this.#parts = parts;
    this.#left = parts.limit;
    const { file } = parts;
    this.#status = file === undefined ? undefined : fstat(file.number);
  }

  get status(): FileStatus {
    if (this.#status === undefined) throw new TypeError("It is no file");
    return this.#status;
  }

  get fd(): number {
    const { file } = this.#parts;
    if (file === undefined) throw new TypeError("It is no file");
    return file.number;
  }

  read(memory: Memory, offset: number, length: number): number {
    const wanted = Math.min(length, this.#left);
    awaitInputTidily(this.#parts.input);
    const count = wanted === 0
      ? 0
      : read(this.#parts.input.number, memory, { offset, length: wanted });
    this.#left -= count;
    if (count === 0) this.#hasEnded = true;
    return count;
  }

  async end(): Promise<void> {
    await this.#findings();
  }

  async finish(): Promise<Digest> {
    return parseDigest(`sha256:${(await this.#findings()).content}`);
  }

  async copied(): Promise<CopiedArchive> {
    const { copy } = await this.#findings();
    if (copy === undefined) throw new TypeError("Nothing was copied");
    return {
      compression: copy.compression,
      digest: parseDigest(`sha256:${copy.digest}`),
      size: copy.sizeBytes,
    };
  }

  async explainEnd(): Promise<TsdockerError | undefined> {
    // A worker that was not heard to the end fails for that reason alone.
    if (!this.#hasEnded) return undefined;
    try {
      await this.#parts.worker.findings;
      return undefined;
    } catch (cause) {
      return this.#explainChange() ?? explainFailure(this.#parts.label, cause);
    }
  }

  async #findings(): Promise<ArchiveFindings> {
    const failure = await this.explainEnd();
    if (failure !== undefined) throw failure;
    const findings = await this.#parts.worker.findings;
    const changed = this.#explainChange();
    if (changed !== undefined) throw changed;
    return findings;
  }

  #explainChange(): IntegrityError | undefined {
    const { file, label } = this.#parts;
    if (this.#status === undefined || file === undefined) return undefined;
    if (isSameVersion(this.#status, fstat(file.number))) return undefined;
    return new IntegrityError(
      `Cannot read "${label}": the file changed while it was read`,
      { advice: "run it again once nothing writes to it" },
    );
  }

  [Symbol.dispose](): void {
    this.#parts.owned[Symbol.dispose]();
  }
}

function explainFailure(label: string, cause: unknown): TsdockerError {
  if (!(cause instanceof ArchiveFailure)) throw cause;
  const { at, message, compression } = cause;
  if (at === "copy") {
    return new HostError(`Cannot store "${label}": ${message}`, { cause });
  }
  const what = compression === "none" ? "file" : `${compression} data`;
  return new IntegrityError(
    at === "source"
      ? `Cannot read "${label}": ${message}`
      : `Cannot read "${label}": its ${what} is corrupt or cut short (${message})`,
    { cause, advice: "make or fetch the file again" },
  );
}
