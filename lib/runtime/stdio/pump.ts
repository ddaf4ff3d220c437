/**
 * Copies one descriptor to another, on threads of Deno's pool, so that neither
 * a slow reader nor a silent writer keeps signals waiting. Only what a terminal
 * takes at once is written without one.
 *
 * @module
 */
import {
  bytesToRead,
  hasRoom,
  isHungUp,
  read,
  readSync,
  write,
  writeReady,
} from "../../../ffi/calls/pipe.ts";
import { isTerminal } from "../../../ffi/calls/terminal.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { Memory } from "../../../ffi/memory.ts";

/** As much as a pipe holds by default. */
const BUFFER_BYTES = 64 * 1024;
/** More than a key or its echo; a pty that has room at all has this much. */
const FEW_BYTES = 256;
/** A pipe that has room at all has this much (`PIPE_BUF`). */
const PAGE_BYTES = 4096;

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
  { tee, ...options }: PumpOptions = {},
): Promise<void> {
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
 * Reads, on this thread, what is left of a stream that nobody writes to any more.
 *
 * @returns All of it; `undefined`, and nothing has been read, if somebody still can
 * write, or if it is more than a page.
 */
export function readRest(source: Fd): Uint8Array | undefined {
  if (!isHungUp(source)) return undefined;
  const length = bytesToRead(source);
  if (length > PAGE_BYTES) return undefined;
  const bytes = new Uint8Array(length);
  return length === 0 ? bytes : bytes.subarray(0, readSync(source, bytes));
}

/**
 * Writes bytes on this thread, as far as the target takes them without waiting.
 *
 * @returns Those that are left, also if nobody reads them.
 */
export function writeAtOnce(target: Fd, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0 || !hasRoom(target)) return bytes;
  const most = isTerminal(target.number) ? FEW_BYTES : PAGE_BYTES;
  const written = writeReady(target, bytes.subarray(0, most));
  return bytes.subarray(Math.max(0, written));
}

/** Writes bytes, waiting until there is room; to nobody if nobody reads. */
export async function writeAll(target: Fd, bytes: Uint8Array): Promise<void> {
  if (isPrompt(target, bytes.length)) {
    const written = writeReady(target, bytes);
    if (written <= 0) return;
    return await writeAll(target, bytes.subarray(written));
  }
  // There is no memory of no bytes.
  if (bytes.length === 0) return;
  using memory = new Memory(Math.min(bytes.length, BUFFER_BYTES));
  for (let start = 0; start < bytes.length; start += BUFFER_BYTES) {
    const piece = bytes.subarray(start, start + BUFFER_BYTES);
    memory.bytes.set(piece);
    if (await writeOut(target, memory, piece.length) === "enough") return;
  }
}
