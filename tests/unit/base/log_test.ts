/**
 * Levels of diagnostics.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  createLogger,
  LOG_LEVELS,
  type LogLevel,
} from "../../../lib/base/log.ts";

function linesAt(threshold: LogLevel): string[] {
  const lines: string[] = [];
  const log = createLogger(threshold, (line) => lines.push(line));
  for (const level of LOG_LEVELS) log[level](`at ${level}`);
  return lines;
}

const ALL = [
  "tsdocker: debug: at debug\n",
  "tsdocker: at info\n",
  "tsdocker: warning: at warn\n",
  "tsdocker: error: at error\n",
];

for (const [index, level] of LOG_LEVELS.entries()) {
  Deno.test(`createLogger() at ${level} writes it and what is graver`, () => {
    assert.deepEqual(linesAt(level), ALL.slice(index));
  });
}
