/**
 * One entry of a log: a line of JSON, as docker's `json-file` writes it, so
 * that programs which ship docker's logs can ship ours.
 *
 * @module
 * @see docker's documentation, "JSON File logging driver"
 */

/** Which of its streams a container wrote to; a terminal is all stdout. */
export type LogStream = "stdout" | "stderr";

/** What a container wrote. */
export interface LogEntry {
  /** A line with its end, or without it: the next entry then goes on. */
  readonly log: string;
  readonly stream: LogStream;
  /** RFC 3339, in UTC. */
  readonly time: string;
}

/**
 * Reads entries. A line that is none counts for nothing: a crash or a full
 * disk may have cut one short.
 *
 * @param text Lines, the last one without its end.
 */
export function decodeEntries(text: string): LogEntry[] {
  // The ends of lines within strings are escaped: those left separate entries.
  const all = parse(`[${text.replaceAll("\n", ",")}]`);
  return Array.isArray(all)
    ? all.filter(isEntry)
    : text.split("\n").map(parse).filter(isEntry);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isEntry(value: unknown): value is LogEntry {
  const entry = value as Partial<LogEntry> | null | undefined;
  return typeof entry?.log === "string" && typeof entry.time === "string" &&
    (entry.stream === "stdout" || entry.stream === "stderr");
}
