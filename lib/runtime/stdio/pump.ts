/**
 * Copies one descriptor to another, on threads of Deno's pool, so that neither
 * a slow reader nor a silent writer keeps signals waiting. Only what a target
 * takes at once is written without one.
 *
 * @module
 */
import { hasRoom, read, write, writeReady } from "../../../ffi/calls/pipe.ts";
import { fstat } from "../../../ffi/calls/stat.ts";
import {
  S_IFCHR,
  S_IFIFO,
  S_IFMT,
  S_IFREG,
} from "../../../ffi/constants/stat.ts";
import { isTerminal } from "../../../ffi/calls/terminal.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { Memory } from "../../../ffi/memory.ts";

/** As much as a pipe holds by default. */
const BUFFER_BYTES = 64 * 1024;
/** More than a key or its echo; a pty that has room at all has this much. */
const FEW_BYTES = 256;
/** A pipe that has room at all has this much (`PIPE_BUF`). */
export const PAGE_BYTES = 4096;
/** What takes that much if it takes anything. */
const AT_ONCE: ReadonlySet<number> = new Set([S_IFIFO, S_IFREG, S_IFCHR]);

/** What a pump is doing. */
export interface PumpProgress {
  /** Whether it waits for the source; else it waits for the target. */
  isReading: boolean;
}

/** Waits for something and reads it, as {@linkcode read} does. */
export type Reader = (source: Fd, memory: Memory) => Promise<number>;

/** Takes what has been read: the beginning of the memory, used again after. */
export type Consumer = (
  memory: Memory,
  length: number,
) => Promise<"more" | "enough"> | "more" | "enough";

/** How a source is read. */
export interface DrainOptions {
  /** Kept up to date. */
  readonly progress?: PumpProgress;
  /** Absent, the source is nobody else's to read. */
  readonly reader?: Reader;
}

/**
 * Reads until the source ends or its consumer has had enough. More is read
 * only once what was read has been taken: a slow consumer holds the source
 * back.
 *
 * @param source A pipe, terminal or file; the end of a terminal is an error
 * to read(2), and is the end here too. Stays the caller's.
 * @param consume Returns `"enough"` to end.
 */
export async function drainInto(
  source: Fd,
  consume: Consumer,
  { progress = { isReading: false }, reader = read }: DrainOptions = {},
): Promise<void> {
  using memory = new Memory(BUFFER_BYTES);
  for (;;) {
    progress.isReading = true;
    const length = await reader(source, memory);
    progress.isReading = false;
    if (length <= 0) return;
    if (await consume(memory, length) === "enough") return;
  }
}

/** How a pump reads, and where it tells what it is doing. */
export interface PumpOptions extends DrainOptions {
  /** Sees all that is read, before it is written. */
  readonly tee?: (bytes: Uint8Array) => void;
  /** Is written before anything is read. */
  readonly first?: Uint8Array;
}

/**
 * Copies until the source ends or the target is closed.
 *
 * @param source As {@linkcode drainInto} takes it.
 * @param target Where it goes; both stay the caller's.
 */
export async function pump(
  source: Fd,
  target: Fd,
  { tee, first, ...options }: PumpOptions = {},
): Promise<void> {
  if (first !== undefined && await writeAll(target, first) === "enough") return;
  await drainInto(source, (memory, length) => {
    tee?.(memory.bytes.subarray(0, length));
    return writeOut(target, memory, length);
  }, options);
}

async function writeOut(
  target: Fd,
  memory: Memory,
  length: number,
): Promise<"more" | "enough"> {
  for (let offset = 0; offset < length;) {
    // The container may have ended while we waited.
    if (!target.isOpen) return "enough";
    const range = { offset, length: length - offset };
    const written = isPrompt(target, range.length)
      ? writeReady(target, memory.bytes.subarray(offset, length))
      : await write(target, memory, range);
    if (written <= 0) return "enough";
    offset += written;
  }
  return "more";
}

/**
 * Whether a terminal takes so few bytes without waiting: then this thread writes
 * them, and a key is sooner on the screen by what a thread takes to wake up.
 */
function isPrompt(target: Fd, length: number): boolean {
  return length > 0 && length <= FEW_BYTES && target.isOpen &&
    isTerminal(target.number) && hasRoom(target);
}

/**
 * Writes bytes on this thread, as far as the target takes them without waiting.
 *
 * @returns Those that are left; all of them if nobody reads them.
 */
export function writeAtOnce(target: Fd, bytes: Uint8Array): Uint8Array {
  const room = roomOf(target);
  if (room === 0) return bytes;
  const written = writeReady(target, bytes.subarray(0, room));
  return bytes.subarray(Math.max(0, written));
}

/** How many bytes a target takes without waiting, at least; a socket may take none. */
function roomOf(target: Fd): number {
  if (!target.isOpen || !hasRoom(target)) return 0;
  if (isTerminal(target.number)) return FEW_BYTES;
  const kind = fstat(target.number).mode & S_IFMT;
  return AT_ONCE.has(kind) ? PAGE_BYTES : 0;
}

/**
 * Writes bytes, waiting until there is room.
 *
 * @returns `enough` if nobody reads them.
 */
export async function writeAll(
  target: Fd,
  bytes: Uint8Array,
): Promise<"more" | "enough"> {
  if (isPrompt(target, bytes.length)) {
    const written = writeReady(target, bytes);
    if (written <= 0) return "enough";
    return await writeAll(target, bytes.subarray(written));
  }
  // There is no memory of no bytes.
  if (bytes.length === 0) return "more";
  using memory = new Memory(Math.min(bytes.length, BUFFER_BYTES));
  for (let start = 0; start < bytes.length; start += BUFFER_BYTES) {
    const piece = bytes.subarray(start, start + BUFFER_BYTES);
    memory.bytes.set(piece);
    if (await writeOut(target, memory, piece.length) === "enough") {
      return "enough";
    }
  }
  return "more";
}
