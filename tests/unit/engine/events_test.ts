/**
 * Events are written whole, by many at once, and never without bound.
 *
 * @module
 */
import assert from "node:assert/strict";
import { hostPaths } from "../../../lib/base/host_paths.ts";
import type { ContainerId } from "../../../lib/base/identifiers.ts";
import {
  type ContainerEvent,
  eventLogPath,
  recordContainerEvent,
  type RecordedEvent,
  recordEvent,
} from "../../../lib/engine/events.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const ID = "a".repeat(64) as ContainerId;
const START: ContainerEvent = {
  type: "container",
  action: "start",
  id: ID,
  attributes: { name: "web", image: "bb" },
};

function pathsIn({ path }: TemporaryDirectory): { readonly events: string } {
  return hostPaths({ root: path, runRoot: path });
}

function recorded(paths: { readonly events: string }): RecordedEvent[] {
  return Deno.readTextFileSync(eventLogPath(paths)).trimEnd().split("\n")
    .map((line) => JSON.parse(line));
}

Deno.test("recordEvent() appends one line of JSON for each event", () => {
  using directory = new TemporaryDirectory();
  const paths = pathsIn(directory);
  recordEvent(paths, START, 5);
  recordEvent(paths, { ...START, action: "die", attributes: {} }, 6);
  assert.deepEqual(recorded(paths), [
    { time: 5, ...START },
    { time: 6, ...START, action: "die", attributes: {} },
  ]);
  assert.equal((Deno.statSync(eventLogPath(paths)).mode ?? 0) & 0o777, 0o600);
});

Deno.test("recordEvent() begins a line as no text in it can", () => {
  using directory = new TemporaryDirectory();
  const paths = pathsIn(directory);
  recordEvent(paths, { ...START, attributes: { name: '{"time":1}\n' } }, 5);
  const text = Deno.readTextFileSync(eventLogPath(paths));
  assert.equal(text.lastIndexOf('{"time":'), 0);
  assert.equal(text.indexOf("\n"), text.length - 1);
});

Deno.test("recordEvent() is silent where nothing can be written", () => {
  recordEvent({ events: "/proc/nowhere/events" }, START);
  recordEvent({ events: "/dev/null" }, START);
});

Deno.test("recordEvent() cuts long attributes and drops too many", () => {
  using directory = new TemporaryDirectory();
  const paths = pathsIn(directory);
  recordEvent(paths, { ...START, attributes: { cmd: "x".repeat(1e6) } });
  const labels = Array.from({ length: 5000 }, (_, i) => [`label${i}`, "y"]);
  const attributes = { ...Object.fromEntries(labels), ...START.attributes };
  recordEvent(paths, { ...START, attributes });
  const [long, many] = recorded(paths);
  assert.equal(long?.attributes["cmd"]?.length, 1024);
  assert.deepEqual(many?.attributes, START.attributes);
});

Deno.test("recordEvent() keeps a label by any name, in order", () => {
  using directory = new TemporaryDirectory();
  const paths = pathsIn(directory);
  const labels = JSON.parse('{"z":"1","__proto__":"2","a":"3"}');
  recordEvent(paths, { ...START, attributes: labels }, 5);
  const text = Deno.readTextFileSync(eventLogPath(paths));
  assert.ok(text.includes('{"__proto__":"2","a":"3","z":"1"}'), text);
});

Deno.test("recordEvent() keeps two logs of 4 MiB", () => {
  using directory = new TemporaryDirectory();
  const paths = pathsIn(directory);
  const path = eventLogPath(paths);
  for (const time of [2, 3]) {
    recordEvent(paths, START, 1);
    Deno.truncateSync(path, 4 * 1024 * 1024 - 1);
    recordEvent(paths, START, time);
    assert.throws(() => Deno.statSync(path), Deno.errors.NotFound);
  }
  recordEvent(paths, START, 4);
  const names = [...Deno.readDirSync(paths.events)].map(({ name }) => name);
  assert.deepEqual(names.toSorted(), ["events.log", "events.log.1"]);
  assert.deepEqual(recorded(paths).map(({ time }) => time), [4]);
  const before = Deno.readTextFileSync(`${path}.1`);
  assert.ok(before.includes('{"time":3,'), "the newest of the logs before");
});

Deno.test("recordContainerEvent() gives name, image and labels", () => {
  using directory = new TemporaryDirectory();
  const paths = pathsIn(directory);
  const labels = { app: "shop", name: "a label does not hide the name" };
  const container = { id: ID, name: "web", image: "bb", labels };
  recordContainerEvent(paths, container, { action: "create" });
  recordContainerEvent(paths, container, {
    action: "die",
    attributes: { exitCode: "3" },
  });
  const common = { app: "shop", image: "bb", name: "web" };
  assert.deepEqual(recorded(paths).map((event) => event.attributes), [
    common,
    { ...common, exitCode: "3" },
  ]);
});
