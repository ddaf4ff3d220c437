/**
 * Events are chosen as docker chooses them.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  type EventFilterKey,
  matchesEvent,
} from "../../../lib/engine/event_filter.ts";
import type { RecordedEvent } from "../../../lib/engine/events.ts";

const EVENT: RecordedEvent = {
  time: 1000,
  type: "container",
  action: "health_status: healthy",
  id: "abcd",
  attributes: { name: "web", image: "bb", app: "shop" },
};
const ALWAYS = { sinceMs: 0, untilMs: Infinity };

function fits(...filters: [EventFilterKey, string[]][]): boolean {
  return matchesEvent(EVENT, new Map(filters), ALWAYS);
}

Deno.test("matchesEvent() knows every key", () => {
  const table: [EventFilterKey, string[], string[]][] = [
    ["container", ["web", "/web", "ab", "abcd"], ["we", "bcd", ""]],
    ["event", ["health_status", "health_status: healthy"], ["health", "die"]],
    ["image", ["bb"], ["b", ""]],
    ["label", ["app", "app=shop"], ["ap", "app=", "shop"]],
    ["network", [], ["abcd", "web"]],
    ["type", ["container"], ["image"]],
    ["volume", [], ["abcd", "web"]],
  ];
  for (const [key, good, bad] of table) {
    for (const value of good) assert.ok(fits([key, [value]]), value);
    for (const value of bad) assert.ok(!fits([key, [value]]), value);
  }
});

Deno.test("matchesEvent() knows volumes by name", () => {
  const event = {
    ...EVENT,
    type: "volume",
    action: "mount",
    id: "db",
  } as const;
  const fits = (name: string): boolean =>
    matchesEvent(event, new Map([["volume", [name]]]), ALWAYS);
  assert.ok(fits("db"));
  assert.ok(!fits("d"));
});

Deno.test("matchesEvent() knows networks by name and id", () => {
  const event = {
    ...EVENT,
    type: "network",
    action: "connect",
    attributes: { container: "cd", name: "blue", type: "bridge" },
  } as const;
  const fits = (name: string): boolean =>
    matchesEvent(event, new Map([["network", [name]]]), ALWAYS);
  assert.ok(fits("blue"));
  assert.ok(fits("abcd"));
  for (const other of ["blu", "ab", "cd", ""]) assert.ok(!fits(other), other);
});

Deno.test("matchesEvent() wants one value of each key", () => {
  assert.ok(fits());
  assert.ok(fits(["image", ["aa", "bb"]], ["container", ["web"]]));
  assert.ok(!fits(["image", ["bb"]], ["container", ["db"]]));
});

Deno.test("matchesEvent() includes both ends of the period", () => {
  const within = (sinceMs: number, untilMs: number): boolean =>
    matchesEvent(EVENT, new Map(), { sinceMs, untilMs });
  assert.ok(within(1000, 1000));
  assert.ok(!within(1001, Infinity));
  assert.ok(!within(0, 999));
});
