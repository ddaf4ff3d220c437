/**
 * Reads a log from its oldest file to its newest, and follows it: across
 * rotation, until nobody writes it any more.
 *
 * @module
 */
import type { Fd } from "../../../ffi/fd.ts";
import type { LogEntry } from "./entry.ts";
import { EntryReader } from "./entry_reader.ts";
import { currentKey, type LogFile, openLogFiles } from "./files.ts";
import { findTail } from "./tail.ts";
import { LogWatch } from "./watch.ts";

/** What to read. */
export interface ReadOptions {
  /** Only the last lines, of those that are there; absent: all. */
  readonly tail?: number;
  /** Only from then on; milliseconds since the epoch. */
  readonly sinceMs?: number;
  /** Only until then; milliseconds since the epoch. */
  readonly untilMs?: number;
  /** A pidfd of who writes the log: wait for more until that has ended. */
  readonly writer?: Fd;
  /** Milliseconds since the epoch. */
  now(): number;
}

/**
 * Reads a log.
 *
 * One who follows, but more slowly than is written, misses what is rotated
 * away before it has been opened.
 *
 * @param directory It need not exist.
 * @returns Entries in the order they were written, some at a time.
 */
export async function* readLog(
  directory: string,
  options: ReadOptions,
): AsyncGenerator<readonly LogEntry[]> {
  const { writer, now, untilMs = Infinity } = options;
  // Before anything is read, so that nothing is missed.
  using watch = writer && new LogWatch(directory, writer);
  using chain = new FileChain(directory, options.tail);
  for (let isOver = watch === undefined;;) {
    for (const entries of chain.read()) {
      const period = selectPeriod(entries, options);
      if (period.length > 0) yield period;
      // What is there already may have been written while the clock was wrong.
      if (watch !== undefined && isPast(entries, untilMs)) return;
    }
    const leftMs = untilMs - now();
    if (watch === undefined || isOver || leftMs <= 0) return;
    // Once it has ended, there is one last time to read.
    isOver = await watch.wait(leftMs) === "ended";
  }
}

/** The files that are still to be read, the current one first. */
class FileChain implements Disposable {
  readonly #directory: string;
  #files: LogFile[];
  #reader: EntryReader | undefined;

  constructor(directory: string, tail: number | undefined) {
    this.#directory = directory;
    this.#files = openLogFiles(directory);
    if (tail !== undefined) this.#skipTo(tail);
  }

  #skipTo(lines: number): void {
    const { index, offset } = findTail(
      this.#files.map(({ file }) => file),
      lines,
    );
    for (const file of this.#files.splice(0, index)) file[Symbol.dispose]();
    for (const { file } of this.#files) file.seekSync(0, Deno.SeekMode.Start);
    this.#files[0]?.file.seekSync(offset, Deno.SeekMode.Start);
  }

  /** Reads all there is at present. */
  *read(): Generator<readonly LogEntry[]> {
    for (;;) {
      const [current] = this.#files;
      if (current !== undefined) {
        const reader = this.#reader ??= new EntryReader(current.file);
        for (let entries; (entries = reader.next()) !== undefined;) {
          yield entries;
        }
      }
      // Where there is a newer file, nothing more is written to this one; but
      // something may have been since its end was found.
      if (this.#files.length > 1) this.#drop();
      else if (!this.#findNewer()) return;
    }
  }

  #drop(): void {
    this.#files.shift()?.[Symbol.dispose]();
    this.#reader = undefined;
  }

  /** Looks for files that are newer than the current one, if there is one. */
  #findNewer(): boolean {
    const key = this.#files[0]?.key;
    const newest = currentKey(this.#directory);
    if (newest === undefined || newest === key) return false;
    const files = openLogFiles(this.#directory);
    const known = files.findIndex((file) => file.key === key);
    for (const file of files.splice(0, known + 1)) file[Symbol.dispose]();
    this.#files.push(...files);
    return files.length > 0;
  }

  [Symbol.dispose](): void {
    for (const file of this.#files) file[Symbol.dispose]();
  }
}

function selectPeriod(
  entries: readonly LogEntry[],
  { sinceMs = -Infinity, untilMs = Infinity }: ReadOptions,
): readonly LogEntry[] {
  // Reading the time takes as long as reading the entry.
  if (sinceMs === -Infinity && untilMs === Infinity) return entries;
  return entries.filter(({ time }) => {
    const timeMs = Date.parse(time);
    return timeMs >= sinceMs && timeMs <= untilMs;
  });
}

/** Whether what comes now is of no interest. */
function isPast(entries: readonly LogEntry[], untilMs: number): boolean {
  const last = entries.at(-1);
  return last !== undefined && untilMs !== Infinity &&
    Date.parse(last.time) > untilMs;
}
