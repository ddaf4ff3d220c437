/**
 * Which stream gets what of a log, and what goes before each line.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  type LinePrefix,
  LogLines,
  withNanoseconds,
} from "../../../../lib/cli/output/log_lines.ts";
import type {
  LogEntry,
  LogStream,
} from "../../../../lib/monitor/json_log/entry.ts";

const PLAIN = { timestamps: false, details: false };
const STAMP = "2026-01-31T10:30:00.500000000Z";

function entry(log: string, stream: LogStream = "stdout"): LogEntry {
  return { log, stream, time: "2026-01-31T10:30:00.5Z" };
}

/** What is written, a piece for each call. */
function written(
  prefix: LinePrefix,
  ...batches: LogEntry[][]
): [LogStream, string][] {
  const pieces: [LogStream, string][] = [];
  const lines = new LogLines({
    stdout: { write: (text) => void pieces.push(["stdout", text]) },
    stderr: { write: (text) => void pieces.push(["stderr", text]) },
  }, prefix);
  for (const batch of batches) lines.write(batch);
  return pieces;
}

Deno.test("LogLines writes to each stream, what follows at once", () => {
  assert.deepEqual(
    written(PLAIN, [
      entry("a\n"),
      entry("b\n"),
      entry("c\n", "stderr"),
      entry("d"),
    ]),
    [["stdout", "a\nb\n"], ["stderr", "c\n"], ["stdout", "d"]],
  );
  assert.deepEqual(written(PLAIN, []), []);
});

Deno.test("LogLines writes the time once a line, in however many entries", () => {
  assert.deepEqual(
    written(
      { timestamps: true, details: false },
      [entry("begun ")],
      [entry("other\n", "stderr"), entry("and "), entry("ended\nnot cut\n")],
      [entry("next\n")],
    ),
    [
      ["stdout", `${STAMP} begun `],
      ["stderr", `${STAMP} other\n`],
      ["stdout", "and ended\nnot cut\n"],
      ["stdout", `${STAMP} next\n`],
    ],
  );
});

Deno.test("LogLines leaves room for details as docker does", () => {
  assert.deepEqual(
    written({ timestamps: false, details: true }, [
      entry("a\n"),
    ]),
    [["stdout", " a\n"]],
  );
  assert.deepEqual(
    written({ timestamps: true, details: true }, [
      entry("a\n"),
    ]),
    [["stdout", `${STAMP}  a\n`]],
  );
});

Deno.test("withNanoseconds() fills up what is missing", () => {
  for (
    const [time, expected] of [
      ["2026-01-31T10:30:00Z", "2026-01-31T10:30:00.000000000Z"],
      ["2026-01-31T10:30:00.123456789Z", "2026-01-31T10:30:00.123456789Z"],
      ["2026-01-31T10:30:00.1+02:00", "2026-01-31T10:30:00.100000000+02:00"],
      ["nonsense", "nonsense"],
    ] as const
  ) assert.equal(withNanoseconds(time), expected);
});
