/**
 * Which events a user wants to hear of.
 *
 * @module
 * @see docker's documentation of `docker events`, "Filtering"
 */
import type { RecordedEvent } from "./events.ts";
import { matchesLabel } from "./label_match.ts";

/** What events can be filtered by. */
export const EVENT_FILTERS = [
  "container",
  "event",
  "image",
  "label",
  "network",
  "type",
  "volume",
] as const;

/** One of {@linkcode EVENT_FILTERS}. */
export type EventFilterKey = typeof EVENT_FILTERS[number];

/** Values by key; one of each key has to fit. */
export type EventFilters = ReadonlyMap<EventFilterKey, readonly string[]>;

/** From when to when; milliseconds since the epoch. */
export interface EventPeriod {
  readonly sinceMs: number;
  readonly untilMs: number;
}

type Matcher = (event: RecordedEvent, value: string) => boolean;

const MATCHERS: Readonly<Record<EventFilterKey, Matcher>> = {
  container: ({ type, id, attributes }, value) => {
    const name = value.replace(/^\//, "");
    return type === "container" &&
      (attributes["name"] === name ||
        (value !== "" && id.startsWith(value)));
  },
  // Some actions have more behind a colon: `health_status: healthy`.
  event: ({ action }, value) =>
    action === value || action.startsWith(`${value}:`),
  image: ({ type, id, attributes }, value) =>
    attributes["image"] === value ||
    (type === "image" && (attributes["name"] === value || id === value)),
  label: ({ attributes }, value) => matchesLabel(attributes, value),
  network: ({ type, id, attributes }, value) =>
    type === "network" && (attributes["name"] === value || id === value),
  type: ({ type }, value) => type === value,
  volume: ({ type, id }, value) => type === "volume" && id === value,
};

/**
 * Whether an event is wanted.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const event = {
 *   time: 5, type: "container", action: "start", id: "ab", attributes: {},
 * } as const;
 * const always = { sinceMs: 0, untilMs: Infinity };
 * const filters = new Map([["event", ["die", "start"]]] as const);
 * assert.ok(matchesEvent(event, filters, always));
 * ```
 */
export function matchesEvent(
  event: RecordedEvent,
  filters: EventFilters,
  { sinceMs, untilMs }: EventPeriod,
): boolean {
  if (event.time < sinceMs || event.time > untilMs) return false;
  return [...filters].every(([key, values]) =>
    values.some((value) => MATCHERS[key](event, value))
  );
}
