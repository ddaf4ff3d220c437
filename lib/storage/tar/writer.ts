/**
 * Writes a tar archive to a descriptor, from files as they come: a file that
 * shrinks while it is read is filled up with zeros, so that what follows it
 * stays readable.
 *
 * @module
 * @see POSIX.1-2017, pax, "EXTENDED DESCRIPTION"
 */
import { ftruncate, lseek } from "../../../ffi/calls/file.ts";
import { Memory } from "../../../ffi/memory.ts";
import { writePatiently } from "../../base/patient_io.ts";
import { endIfAsked } from "../tidy_end.ts";
import type { EntrySource, TarEntry } from "./entry.ts";
import { BLOCK_BYTES } from "./header.ts";
import { formatHeaders, paddingOf } from "./header_writer.ts";
import { isHole } from "./zeros.ts";

/** What is collected before it is written; pieces as large go out directly. */
const BUFFER_BYTES = 256 * 1024;
/** Two blocks of zeros. */
const END_BYTES = 2 * BLOCK_BYTES;

/**
 * Writes all files of a source and the archive's end. Blocks.
 *
 * @param fd Where it goes: a file, a pipe, anything that takes bytes.
 * @param zeros `holes` leaves long runs of them out of a file that is empty.
 * @returns How many bytes the archive has.
 * @throws {SyscallError} `EPIPE` if nobody reads it, `ENOSPC`, …
 */
export function writeArchive(
  source: EntrySource,
  fd: number,
  zeros: "written" | "holes" = "written",
): number {
  using output = new Output(fd, zeros);
  for (
    let entry = source.next();
    entry !== undefined;
    entry = source.next()
  ) {
    output.putBytes(formatHeaders(entry));
    if (entry.type === "file") putContent(output, entry, source);
  }
  output.putZeros(END_BYTES);
  output.flush();
  if (zeros === "holes") ftruncate(fd, output.written);
  return output.written;
}

function putContent(
  output: Output,
  { sizeBytes }: TarEntry,
  source: EntrySource,
): void {
  let left = sizeBytes;
  while (left > 0) {
    const piece = source.readContent();
    if (piece === undefined) break;
    const length = Math.min(left, piece.length);
    output.putMemory(source.memory, piece.offset, length);
    left -= length;
  }
  output.putZeros(left + paddingOf(sizeBytes));
}

/** Collects small pieces to write them together. */
class Output implements Disposable {
  readonly #fd: number;
  readonly #zeros: "written" | "holes";
  readonly #buffer = new Memory(BUFFER_BYTES);
  #used = 0;
  #written = 0;

  constructor(fd: number, zeros: "written" | "holes") {
    this.#fd = fd;
    this.#zeros = zeros;
  }

  /** How many bytes have been written. */
  get written(): number {
    return this.#written;
  }

  putBytes(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const room = this.#room();
      const piece = bytes.subarray(at, at + room);
      this.#buffer.bytes.set(piece, this.#used);
      this.#used += piece.length;
      at += piece.length;
    }
  }

  putMemory(memory: Memory, offset: number, length: number): void {
    if (length < BUFFER_BYTES) {
      return this.putBytes(memory.bytes.subarray(offset, offset + length));
    }
    this.flush();
    this.#writeAll(memory, offset, length);
  }

  putZeros(count: number): void {
    for (let left = count; left > 0;) {
      const length = Math.min(left, this.#room());
      this.#buffer.bytes.fill(0, this.#used, this.#used + length);
      this.#used += length;
      left -= length;
    }
  }

  flush(): void {
    this.#writeAll(this.#buffer, 0, this.#used);
    this.#used = 0;
  }

  [Symbol.dispose](): void {
    this.#buffer[Symbol.dispose]();
  }

  /** At least one byte, making it if there is none. */
  #room(): number {
    if (this.#used === BUFFER_BYTES) this.flush();
    return BUFFER_BYTES - this.#used;
  }

  #writeAll(memory: Memory, offset: number, length: number): void {
    if (this.#zeros === "holes" && isHole(memory, { offset, length })) {
      this.#written += length;
      return lseek(this.#fd, this.#written);
    }
    for (let at = offset, left = length; left > 0;) {
      endIfAsked();
      const count = writePatiently(this.#fd, memory, {
        offset: at,
        length: left,
      });
      at += count;
      left -= count;
      this.#written += count;
    }
  }
}
