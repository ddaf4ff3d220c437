/**
 * Copies one descriptor to another, on threads of Deno's pool, so that neither
 * a slow reader nor a silent writer keeps signals waiting.
 *
 * @module
 */
import { read, write } from "../../../ffi/calls/pipe.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { Memory } from "../../../ffi/memory.ts";

/** As much as a pipe holds by default. */
const BUFFER_BYTES = 64 * 1024;

/** What a pump is doing. */
export interface PumpProgress {
  /** Whether it waits for the source; else it waits for the target. */
  isReading: boolean;
}

/**
 * Copies until the source ends or the target is closed. What is read is
 * written before more is read: a full target holds the source back.
 *
 * @param source A pipe, terminal or file; the end of a terminal is an error
 * to read(2), and is the end here too.
 * @param target Where it goes; both stay the caller's.
 * @param progress Kept up to date.
 */
export async function pump(
  source: Fd,
  target: Fd,
  progress: PumpProgress = { isReading: false },
): Promise<void> {
  using memory = new Memory(BUFFER_BYTES);
  for (;;) {
    progress.isReading = true;
    const length = await read(source, memory);
    progress.isReading = false;
    if (length <= 0) return;
    for (let offset = 0; offset < length;) {
      // The container may have ended while we waited.
      if (!target.isOpen) return;
      const written = await write(target, memory, {
        offset,
        length: length - offset,
      });
      if (written <= 0) return;
      offset += written;
    }
  }
}
