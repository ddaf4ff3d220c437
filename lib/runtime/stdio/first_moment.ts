/**
 * The first moment of a program: most that scripts run end within it. The threads that
 * would wait for its end, its output and signals take a millisecond to wake up, more
 * than such a program does.
 *
 * @module
 */
import { readSync } from "../../../ffi/calls/pipe.ts";
import { readableWithin } from "../../../ffi/calls/poll.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { PAGE_BYTES, writeAtOnce } from "./pump.ts";

/** As long as most of them run; signals to the caller wait meanwhile. */
const MOMENT_MS = 10;

/** A pipe that a program writes to, and where that goes. */
export interface Stream {
  /** Closed when it has ended. */
  readonly source: Fd;
  readonly target: Fd;
  /** Sees all that is read, before it is written. */
  tee(bytes: Uint8Array): void;
}

/** What has come of a moment. */
export interface Moment {
  /** Whether the program has ended. Its streams may go on. */
  readonly hasEnded: boolean;
  /** What has been read of a stream, and its target does not take at once. */
  readonly left: ReadonlyMap<Stream, Uint8Array>;
}

/**
 * Waits for a program's end, and passes on what it writes, as it comes. Blocks the
 * thread for 10 ms at most; ends early if it would have to wait for a target.
 *
 * @param program Its pidfd.
 * @param streams Those that are left open afterwards go on.
 */
export function watchFirstMoment(
  program: Fd,
  streams: readonly Stream[],
): Moment {
  const left = new Map<Stream, Uint8Array>();
  let hasEnded = false;
  const end = performance.now() + MOMENT_MS;
  for (;;) {
    const leftMs = end - performance.now();
    if (leftMs <= 0 || left.size > 0) break;
    const open = streams.filter(({ source }) => source.isOpen);
    const awaited = open.map(({ source }) => source);
    if (!hasEnded) awaited.push(program);
    if (awaited.length === 0) break;
    const ready = readableWithin(awaited, hasEnded ? 0 : leftMs);
    // The time is up; or a stream that does not end is somebody else's, too.
    if (ready.length === 0) break;
    hasEnded ||= ready.includes(program);
    for (const stream of open) {
      if (!ready.includes(stream.source)) continue;
      const rest = passOn(stream);
      if (rest.length > 0) left.set(stream, rest);
    }
  }
  return { hasEnded, left };
}

/** Passes on what has come; gives back what has to wait. */
function passOn({ source, target, tee }: Stream): Uint8Array {
  const buffer = new Uint8Array(PAGE_BYTES);
  const bytes = buffer.subarray(0, readSync(source, buffer));
  if (bytes.length === 0) {
    source[Symbol.dispose]();
    return bytes;
  }
  tee(bytes);
  return writeAtOnce(target, bytes);
}
