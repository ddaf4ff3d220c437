/**
 * `tsdocker events`: what happens to containers, as it happens.
 *
 * @module
 */
import { LONGEST_TIMER_MS } from "../../base/duration.ts";
import { parseTimePointMs } from "../../base/time_point.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import {
  EVENT_FILTERS,
  type EventPeriod,
  matchesEvent,
} from "../../engine/event_filter.ts";
import { followEvents, readEvents } from "../../engine/event_log.ts";
import { defineCommand } from "../command.ts";
import { FILTER_FLAG, parseFilters } from "../filter_flag.ts";
import { eventFormatter } from "../output/event_line.ts";

/** The command `events`. */
export const eventsCommand = defineCommand({
  summary: "Print events of containers as they happen",
  description:
    "With --since, events of the past come first; with --until, it ends at " +
    "that time, else only when it is interrupted. A time is how long ago it " +
    "was (10m), or a date (2026-01-31T10:30:00Z), or seconds since 1970.\n\n" +
    `Filters are ${EVENT_FILTERS.join(", ")}.`,
  positionals: [],
  flags: {
    filter: { ...FILTER_FLAG, short: "f" },
    format: {
      type: "string",
      long: "format",
      placeholder: "format",
      description: "Print as json, or by a template such as '{{.Action}}'",
    },
    since: {
      type: "string",
      long: "since",
      placeholder: "time",
      description: "Begin with the events of this time",
    },
    until: {
      type: "string",
      long: "until",
      placeholder: "time",
      description: "End at this time",
    },
  },
  examples: [
    {
      line: "events --since 1h --until 0s --filter event=die",
      purpose: "prints which containers have ended in the last hour",
    },
  ],
}, async ({ options }, { paths, stdout, log }) => {
  const nowMs = Date.now();
  const filters = parseFilters(EVENT_FILTERS, options.filter);
  const sinceMs = timeOf(options.since, nowMs);
  const untilMs = timeOf(options.until, nowMs) ?? Infinity;
  const format = eventFormatter(options.format);
  await settle({ paths, warn: log.warn });
  const isOver = untilMs <= nowMs;
  const period: EventPeriod = {
    sinceMs: sinceMs ?? (isOver ? nowMs : -Infinity),
    untilMs,
  };
  const events = isOver ? readEvents(paths) : followEvents(paths, {
    from: sinceMs === undefined ? "now" : "beginning",
    signal: timeout(untilMs - nowMs),
  });
  for await (const event of events) {
    if (matchesEvent(event, filters, period)) stdout.write(format(event));
  }
  return 0;
});

function timeOf(text: string | undefined, nowMs: number): number | undefined {
  return text === undefined ? undefined : parseTimePointMs(text, nowMs);
}

/** A signal that comes after so long; never after an infinite time. */
function timeout(ms: number): AbortSignal {
  return ms === Infinity
    ? new AbortController().signal
    : AbortSignal.timeout(Math.min(ms, LONGEST_TIMER_MS));
}
