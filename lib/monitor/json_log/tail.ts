/**
 * Finds the last lines of a log without reading what is before them.
 *
 * @module
 */
import { decodeEntries, type LogStream } from "./entry.ts";

const BLOCK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;
const DECODER = new TextDecoder();

/** Where to begin reading. */
export interface TailStart {
  /** Index of the file. */
  readonly index: number;
  /** Where in the file, in bytes. */
  readonly offset: number;
}

/**
 * Finds where the last lines begin, of both streams together. A line that has
 * no end yet is one, too. If a long line of one stream came in pieces between
 * lines of the other, its first pieces may be left out.
 *
 * @param files The oldest first; where they are is changed.
 * @param lines How many, 0 or more.
 */
export function findTail(
  files: readonly Deno.FsFile[],
  lines: number,
): TailStart {
  let found = 0;
  const seen = new Set<LogStream>();
  for (let index = files.length - 1; index >= 0; index--) {
    const file = files[index];
    if (file === undefined) continue;
    for (const { text, end } of linesBackwards(file)) {
      const [entry] = decodeEntries(text);
      if (entry === undefined) continue;
      const isEnd = entry.log.endsWith("\n") || !seen.has(entry.stream);
      seen.add(entry.stream);
      if (!isEnd) continue;
      if (found === lines) return { index, offset: end };
      found++;
    }
  }
  return { index: 0, offset: 0 };
}

interface Line {
  /** Without its end. */
  readonly text: string;
  /** Where the next line begins. */
  readonly end: number;
}

/** The lines of a file that have an end, the last one first. */
function* linesBackwards(file: Deno.FsFile): Generator<Line> {
  let position = file.seekSync(0, Deno.SeekMode.End);
  let bytes: Uint8Array = new Uint8Array();
  // Where the line that is looked for ends, if its end has been found.
  let end = 0;
  while (position > 0) {
    // As much again as there is of a long line: it is not copied often.
    const length = Math.min(Math.max(BLOCK_BYTES, end), position);
    position -= length;
    bytes = before(readAt(file, position, length), bytes.subarray(0, end));
    end = bytes.lastIndexOf(NEWLINE) + 1;
    while (end > 0) {
      const start = lineStart(bytes, end);
      if (start === 0 && position > 0) break;
      const text = DECODER.decode(bytes.subarray(start, end - 1));
      yield { text, end: position + end };
      end = start;
    }
  }
}

/** Where the line begins whose end is at `end`; 0 if its beginning is unread. */
function lineStart(bytes: Uint8Array, end: number): number {
  return end < 2 ? 0 : bytes.lastIndexOf(NEWLINE, end - 2) + 1;
}

function before(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** Reads a part of a file that is there. */
function readAt(
  file: Deno.FsFile,
  position: number,
  length: number,
): Uint8Array {
  const bytes = new Uint8Array(length);
  file.seekSync(position, Deno.SeekMode.Start);
  for (let used = 0; used < length;) {
    const count = file.readSync(bytes.subarray(used));
    if (count === null) return bytes.subarray(0, used);
    used += count;
  }
  return bytes;
}
