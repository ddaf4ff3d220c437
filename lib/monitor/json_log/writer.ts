/**
 * Writes the log of a container: as fast as it is given, never more than it is
 * allowed to take.
 *
 * @module
 */
import { EntryEncoder } from "./encoder.ts";
import type { LogStream } from "./entry.ts";
import { openCurrent, rotate } from "./files.ts";
import { LineBuffer } from "./lines.ts";

/** How large a log may become. */
export interface LogLimits {
  /** A file that would grow past this is rotated; -1 never. */
  readonly maxSizeBytes: number;
  /** How many files are kept, the current one included; at least 1. */
  readonly maxFiles: number;
}

/** An open log; it has one writer. */
export interface LogWriter extends Disposable {
  /**
   * Writes what a container wrote, at once. A line is written when it has
   * ended, and the rest when the log is closed.
   *
   * What cannot be written, as on a full disk, is lost: no container ends for
   * want of a log.
   *
   * @param bytes Not kept.
   * @param timeMs Milliseconds since the epoch.
   */
  write(stream: LogStream, bytes: Uint8Array, timeMs: number): void;
}

/** What is converted at once; {@linkcode LineBuffer} may add as much again. */
const SLICE_BYTES = 16 * 1024;
const NEWLINE = 0x0a;

/**
 * Opens the log in a directory, to go on with what is there.
 *
 * @param directory Absolute; made if need be.
 * @throws {Error} Of the operating system, if it cannot be opened.
 */
export function openLog(directory: string, limits: LogLimits): LogWriter {
  Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
  return new JsonLog(directory, limits);
}

class JsonLog implements LogWriter {
  readonly #directory: string;
  readonly #limits: LogLimits;
  readonly #encoder = new EntryEncoder();
  readonly #lines = { stdout: new LineBuffer(), stderr: new LineBuffer() };
  #file: Deno.FsFile;
  #sizeBytes: number;
  /** Whether the file ends within an entry, which must not spoil the next. */
  #isTorn: boolean;
  #lastMs = 0;

  constructor(directory: string, limits: LogLimits) {
    this.#directory = directory;
    this.#limits = limits;
    this.#file = openCurrent(directory);
    this.#sizeBytes = this.#file.statSync().size;
    this.#isTorn = this.#sizeBytes > 0 && lastByte(this.#file) !== NEWLINE;
  }

  write(stream: LogStream, bytes: Uint8Array, timeMs: number): void {
    this.#lastMs = timeMs;
    for (let offset = 0; offset < bytes.length; offset += SLICE_BYTES) {
      const slice = bytes.subarray(offset, offset + SLICE_BYTES);
      this.#append(stream, this.#lines[stream].push(slice));
    }
  }

  [Symbol.dispose](): void {
    for (const stream of ["stdout", "stderr"] as const) {
      this.#append(stream, this.#lines[stream].flush());
    }
    this.#file.close();
  }

  #append(stream: LogStream, text: string): void {
    if (text === "") return;
    const origin = { stream, timeMs: this.#lastMs };
    this.#encoder.encode(text, origin, (entries) => {
      try {
        for (let rest = entries; rest.length > 0;) {
          rest = rest.subarray(this.#appendSome(rest));
        }
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    });
  }

  /** Writes as many entries as the file may take, or one to an empty file. */
  #appendSome(entries: Uint8Array): number {
    const length = this.#fitting(entries);
    if (length === 0) {
      const file = rotate(this.#directory, this.#limits.maxFiles);
      this.#file.close();
      this.#file = file;
      this.#sizeBytes = file.statSync().size;
      this.#isTorn = false;
      return 0;
    }
    if (this.#isTorn) this.#put(Uint8Array.of(NEWLINE));
    this.#put(entries.subarray(0, length));
    return length;
  }

  #fitting(entries: Uint8Array): number {
    const { maxSizeBytes } = this.#limits;
    const room = maxSizeBytes - this.#sizeBytes;
    if (maxSizeBytes === -1 || entries.length <= room) return entries.length;
    const fitting = room > 0 ? entries.lastIndexOf(NEWLINE, room - 1) + 1 : 0;
    if (fitting > 0 || this.#sizeBytes > 0) return fitting;
    return entries.indexOf(NEWLINE) + 1;
  }

  #put(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0;) {
      this.#isTorn = true;
      const written = this.#file.writeSync(rest);
      this.#sizeBytes += written;
      rest = rest.subarray(written);
    }
    this.#isTorn = false;
  }
}

function lastByte(file: Deno.FsFile): number | undefined {
  const byte = new Uint8Array(1);
  file.seekSync(-1, Deno.SeekMode.End);
  return file.readSync(byte) === null ? undefined : byte[0];
}

/** Whether the operating system has said no, as to a write to a full disk. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error;
}
