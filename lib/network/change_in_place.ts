/**
 * Changing a small text file that a container has mounted, and may have made
 * anything of: it must neither make us wait nor read without end.
 *
 * @module
 * @see open(2), O_NONBLOCK; fcntl(2), "Leases"
 */
import { ftruncate, openat, pwrite, read } from "../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDWR,
} from "../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { Memory } from "../../ffi/memory.ts";

/** What is larger is none of ours any more. */
const MAX_BYTES = 1024 ** 2;
const NEWLINE = 0x0a;

/**
 * Why a file cannot be opened or written: it is gone, or is a link; it is
 * leased, run as a program, or immutable, all of which root inside can do.
 */
const LEFT_ALONE = ["ENOENT", "ELOOP", "EAGAIN", "ETXTBSY", "EPERM"] as const;

/** Changes files one after the other, with one memory for all of them. */
export class InPlaceEditor implements Disposable {
  // One byte more tells a file that is too large from one that just is not.
  readonly #memory = new Memory(MAX_BYTES + 1);
  readonly #decoder = new TextDecoder("utf-8", {
    fatal: true,
    ignoreBOM: true,
  });
  readonly #encoder = new TextEncoder();

  /**
   * Changes a file. It stays the same file, so whoever has it mounted sees the
   * change, and nobody ever sees it empty or half of a line.
   *
   * @param path Absolute; its directories are ours.
   * @param change Gives the new text; if it is the old one nothing is written.
   * @returns What has been done. A file that is missing, larger than 1 MiB, not
   * text, or cannot be opened at once is left alone.
   * @throws {SyscallError} If it cannot be written, as on a full disk.
   */
  change(
    path: string,
    change: (text: string) => string,
  ): "changed" | "right" | "left alone" {
    try {
      using file = openat(AT_FDCWD, path, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
      const text = this.#read(file);
      if (text === undefined) return "left alone";
      const changed = change(text.text);
      if (changed === text.text) return "right";
      return this.#write(file, changed, text.sizeBytes);
    } catch (error) {
      if (LEFT_ALONE.some((name) => isSyscallError(error, name))) {
        return "left alone";
      }
      throw error;
    }
  }

  /** `undefined` if it is too large, or no text. */
  #read(file: Fd): { text: string; sizeBytes: number } | undefined {
    // A file that is read from its start is read whole, or past the limit.
    const sizeBytes = read(file.number, this.#memory, {
      offset: 0,
      length: MAX_BYTES + 1,
    });
    if (sizeBytes > MAX_BYTES) return undefined;
    try {
      const bytes = this.#memory.bytes.subarray(0, sizeBytes);
      return { text: this.#decoder.decode(bytes), sizeBytes };
    } catch (error) {
      // Written back, it would not be what it was.
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  }

  /**
   * Writes all of it at once. Where it gets shorter the rest is blanked first:
   * a reader in between would take the end of an old line for a line.
   */
  #write(
    file: Fd,
    text: string,
    oldBytes: number,
  ): "changed" | "left alone" {
    const { bytes } = this.#memory;
    const { read: encoded, written } = this.#encoder.encodeInto(
      text,
      bytes.subarray(0, MAX_BYTES),
    );
    if (encoded < text.length) return "left alone";
    const total = Math.max(written, oldBytes);
    bytes.fill(NEWLINE, written, total);
    for (let offset = 0; offset < total;) {
      const extent = { offset, length: total - offset, at: offset };
      offset += pwrite(file.number, this.#memory, extent);
    }
    if (total > written) ftruncate(file.number, written);
    return "changed";
  }

  /** Gives the memory back. */
  [Symbol.dispose](): void {
    this.#memory[Symbol.dispose]();
  }
}
