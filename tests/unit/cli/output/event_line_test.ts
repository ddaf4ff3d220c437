/**
 * Events are printed as docker prints them.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  eventFormatter,
  eventLine,
  eventMessage,
} from "../../../../lib/cli/output/event_line.ts";
import type { RecordedEvent } from "../../../../lib/engine/events.ts";

const EVENT: RecordedEvent = {
  time: Date.UTC(2026, 0, 31, 10, 30, 5, 123),
  type: "container",
  action: "die",
  id: "abcd",
  attributes: { name: "web", image: "bb", exitCode: "3" },
};
const DETAILS = "container die abcd (exitCode=3, image=bb, name=web)\n";

/** Prints the event in a time zone; a process has one from its start. */
function inZone(zone: string): string {
  const module = new URL(
    "../../../../lib/cli/output/event_line.ts",
    import.meta.url,
  );
  const code = `import { eventLine } from ${JSON.stringify(module.href)};
    Deno.stdout.writeSync(new TextEncoder().encode(eventLine(${
    JSON.stringify(EVENT)
  })))`;
  const { stdout } = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", code],
    env: { TZ: zone },
  }).outputSync();
  return new TextDecoder().decode(stdout);
}

Deno.test("eventLine() has nine digits and the local time", () => {
  assert.equal(
    inZone("Etc/UTC"),
    `2026-01-31T10:30:05.123000000Z ${DETAILS}`,
  );
  assert.equal(
    inZone("Asia/Kolkata"),
    `2026-01-31T16:00:05.123000000+05:30 ${DETAILS}`,
  );
});

Deno.test("eventLine() obeys no escape sequence", () => {
  const attributes = { name: "a\x1b[2J\nb" };
  const line = eventLine({ ...EVENT, attributes });
  assert.ok(line.endsWith("(name=a\\x1b[2J\\nb)\n"), line);
});

Deno.test("eventMessage() has the shape of docker's API", () => {
  assert.deepEqual(eventMessage(EVENT), {
    status: "die",
    id: "abcd",
    from: "bb",
    Type: "container",
    Action: "die",
    Actor: { ID: "abcd", Attributes: EVENT.attributes },
    scope: "local",
    time: Date.UTC(2026, 0, 31, 10, 30, 5) / 1000,
    timeNano: Date.UTC(2026, 0, 31, 10, 30, 5, 123) * 1e6,
  });
});

Deno.test("eventFormatter() prints one object a line for json", () => {
  const line = eventFormatter("json")(EVENT);
  assert.deepEqual(JSON.parse(line), eventMessage(EVENT));
  assert.ok(line.indexOf("\n") === line.length - 1);
  assert.match(line, /"timeNano":1769855405123000000}/);
  assert.equal(eventFormatter(undefined)(EVENT), eventLine(EVENT));
});
