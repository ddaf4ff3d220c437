/**
 * Diagnostics for people: one line each, by level. Results never come here.
 *
 * @module
 */

/** Levels from the most to the least talkative. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** One of {@linkcode LOG_LEVELS}. */
export type LogLevel = typeof LOG_LEVELS[number];

/** One method per level; a message below the chosen level costs a compare. */
export type Logger = {
  readonly [Level in LogLevel]: (message: string) => void;
};

const LABELS: Readonly<Record<LogLevel, string>> = {
  debug: "debug: ",
  info: "",
  warn: "warning: ",
  error: "error: ",
};

/**
 * Makes a logger.
 *
 * @param threshold The lowest level that is written.
 * @param write Takes one line with its newline; it must not throw.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const lines: string[] = [];
 * const log = createLogger("warn", (line) => lines.push(line));
 * log.info("Unpacked the layer");
 * log.warn("Limit clamped to 1024");
 * assert.deepEqual(lines, ["tsdocker: warning: Limit clamped to 1024\n"]);
 * ```
 */
export function createLogger(
  threshold: LogLevel,
  write: (line: string) => void,
): Logger {
  const lowest = LOG_LEVELS.indexOf(threshold);
  const method = (level: LogLevel): (message: string) => void => {
    if (LOG_LEVELS.indexOf(level) < lowest) return () => {};
    return (message) => write(`tsdocker: ${LABELS[level]}${message}\n`);
  };
  return {
    debug: method("debug"),
    info: method("info"),
    warn: method("warn"),
    error: method("error"),
  };
}
