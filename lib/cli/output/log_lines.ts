/**
 * What a container wrote, to the streams it wrote it to.
 *
 * @module
 */
import type { LogEntry, LogStream } from "../../monitor/json_log/entry.ts";
import type { TextWriter } from "../context.ts";

/** What goes before each line. */
export interface LinePrefix {
  /** Whether the time does, with nine digits of the second. */
  readonly timestamps: boolean;
  /** Whether attributes do, of which no entry has any, and a space. */
  readonly details: boolean;
}

/** Writes entries; one line may be several. */
export class LogLines {
  readonly #targets: Readonly<Record<LogStream, TextWriter>>;
  readonly #prefix: LinePrefix;
  /** Streams that are within a line. */
  readonly #begun = new Set<LogStream>();

  constructor(
    targets: Readonly<Record<LogStream, TextWriter>>,
    prefix: LinePrefix,
  ) {
    this.#targets = targets;
    this.#prefix = prefix;
  }

  /** Writes entries, what follows on one stream at once. */
  write(entries: readonly LogEntry[]): void {
    let text = "";
    let stream: LogStream = "stdout";
    for (const entry of entries) {
      if (entry.stream !== stream) {
        this.#put(stream, text);
        text = "";
        stream = entry.stream;
      }
      text += this.#prefixOf(entry);
      text += entry.log;
    }
    this.#put(stream, text);
  }

  #put(stream: LogStream, text: string): void {
    if (text !== "") this.#targets[stream].write(text);
  }

  #prefixOf({ log, stream, time }: LogEntry): string {
    const { timestamps, details } = this.#prefix;
    if (!timestamps && !details) return "";
    const isBegun = this.#begun.has(stream);
    if (log.endsWith("\n")) this.#begun.delete(stream);
    else this.#begun.add(stream);
    if (isBegun) return "";
    return `${timestamps ? `${withNanoseconds(time)} ` : ""}${
      details ? " " : ""
    }`;
  }
}

/**
 * A time with all nine digits of its second, so that columns are straight.
 *
 * @param time RFC 3339.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(
 *   withNanoseconds("2026-01-31T10:30:00.5Z"),
 *   "2026-01-31T10:30:00.500000000Z",
 * );
 * ```
 */
export function withNanoseconds(time: string): string {
  return time.replace(
    /(:\d\d)(?:\.(\d+))?(?=Z|[+-])/,
    (_, second: string, fraction = "") =>
      `${second}.${fraction.padEnd(9, "0")}`,
  );
}
