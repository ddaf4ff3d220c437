/**
 * `tsdocker logs`: what a container has written.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import { parseTimePointMs } from "../../base/time_point.ts";
import { readContainerLog } from "../../engine/containers/logs.ts";
import { findConfig } from "../../engine/containers/look_up.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { defineCommand } from "../command.ts";
import { EXIT_STATUS } from "../errors.ts";
import { LogLines } from "../output/log_lines.ts";

/** The command `logs`. */
export const logsCommand = defineCommand({
  summary: "Show what a container has written",
  description: "What it wrote to stdout comes on stdout, and what it wrote " +
    "to stderr on stderr. All files of the log are read, the rotated ones, " +
    "too. Following ends with the container; a restart that its policy makes " +
    "is no end.",
  positionals: [{ name: "CONTAINER" }],
  flags: {
    details: {
      type: "boolean",
      long: "details",
      description: "Leave room for attributes before each line",
    },
    follow: {
      type: "boolean",
      long: "follow",
      short: "f",
      description: "Go on with what is written from now on",
    },
    since: {
      type: "string",
      long: "since",
      placeholder: "time",
      description: "Begin at a time (2026-01-31T10:30:00Z) or that long ago " +
        "(10m)",
    },
    tail: {
      type: "string",
      long: "tail",
      short: "n",
      placeholder: "number",
      default: "all",
      description: "Begin so many lines before the end",
    },
    timestamps: {
      type: "boolean",
      long: "timestamps",
      short: "t",
      description: "Write the time before each line",
    },
    until: {
      type: "string",
      long: "until",
      placeholder: "time",
      description: "End at a time or that long ago",
    },
  },
  examples: [
    {
      line: "logs -f --tail 10 web",
      purpose: "shows the last ten lines and what follows",
    },
    {
      line: "logs -t --since 10m web 2>/dev/null",
      purpose: "shows what was written to stdout within ten minutes",
    },
  ],
}, async ({ options, positionals: [target = ""] }, context) => {
  const { paths, stdout, stderr, log } = context;
  const nowMs = Date.now();
  const tail = parseTail(options.tail);
  const selection = {
    ...(tail === undefined ? {} : { tail }),
    ...(options.since === undefined
      ? {}
      : { sinceMs: parseTimePointMs(options.since, nowMs) }),
    ...(options.until === undefined
      ? {}
      : { untilMs: parseTimePointMs(options.until, nowMs) }),
    after: options.follow ? "more" : "nothing",
    now: () => Date.now(),
  } as const;
  await settle({ paths, warn: log.warn });
  const config = findConfig(paths, target);
  const lines = new LogLines({ stdout, stderr }, options);
  for await (const entries of readContainerLog(paths, config, selection)) {
    lines.write(entries);
  }
  return EXIT_STATUS.success;
});

/**
 * Reads the value of `--tail`.
 *
 * @returns `undefined` for all lines, which a negative number means, too.
 * @throws {UsageError} If it is neither `all` nor a number.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(parseTail("10"), 10);
 * assert.equal(parseTail("all"), undefined);
 * ```
 */
export function parseTail(text: string): number | undefined {
  if (text === "all" || /^-\d+$/.test(text)) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new UsageError(
    `invalid argument "${text}" for "-n, --tail" flag: must be "all" or a ` +
      "number of lines",
  );
}
