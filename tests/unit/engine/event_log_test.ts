/**
 * Events are read in order, across rotation, and as they come.
 *
 * @module
 */
import assert from "node:assert/strict";
import { poolTurn } from "../../../ffi/calls/process.ts";
import { hostPaths } from "../../../lib/base/host_paths.ts";
import {
  followEvents,
  parseEvent,
  readEvents,
} from "../../../lib/engine/event_log.ts";
import { eventLogPath, recordEvent } from "../../../lib/engine/events.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

type Paths = ReturnType<typeof hostPaths>;

function pathsIn({ path }: TemporaryDirectory): Paths {
  return hostPaths({ root: path, runRoot: path });
}

function record(paths: Paths, ...times: number[]): void {
  for (const time of times) {
    const attributes = { name: `c${time}` };
    recordEvent(
      paths,
      { type: "container", action: "start", id: "ab", attributes },
      time,
    );
  }
}

function rotate(paths: Paths): void {
  Deno.renameSync(eventLogPath(paths), `${eventLogPath(paths)}.1`);
}

function times(paths: Paths): number[] {
  return [...readEvents(paths)].map(({ time }) => time);
}

Deno.test("readEvents() gives what was recorded, the older log first", () => {
  using directory = new TemporaryDirectory();
  const paths = pathsIn(directory);
  assert.deepEqual(times(paths), []);
  record(paths, 1, 2);
  rotate(paths);
  assert.deepEqual(times(paths), [1, 2]);
  record(paths, 3);
  assert.deepEqual(times(paths), [1, 2, 3]);
  const [first] = readEvents(paths);
  assert.deepEqual(first, {
    time: 1,
    type: "container",
    action: "start",
    id: "ab",
    attributes: { name: "c1" },
  });
});

Deno.test("readEvents() passes over damage, not over what follows it", () => {
  using directory = new TemporaryDirectory();
  const paths = pathsIn(directory);
  record(paths, 1);
  const half = '{"time":9,"type":"container","action":"st';
  Deno.writeTextFileSync(eventLogPath(paths), half, { append: true });
  record(paths, 2);
  Deno.writeTextFileSync(eventLogPath(paths), "\0\0\nno\n", { append: true });
  record(paths, 3);
  assert.deepEqual(times(paths), [1, 2, 3]);
});

Deno.test("readEvents() reads characters cut by the end of a chunk", () => {
  using directory = new TemporaryDirectory();
  const paths = pathsIn(directory);
  const attributes = { name: "ä".repeat(1000) };
  for (let time = 0; time < 100; time++) {
    recordEvent(
      paths,
      { type: "container", action: "start", id: "ab", attributes },
      time,
    );
  }
  const events = [...readEvents(paths)];
  assert.equal(events.length, 100);
  for (const event of events) assert.deepEqual(event.attributes, attributes);
});

Deno.test("parseEvent() gives nothing for what is no event", () => {
  assert.equal(parseEvent(""), undefined);
  assert.equal(parseEvent('{"time":1'), undefined);
});

Deno.test("followEvents() gives what is there and what comes", async () => {
  using directory = new TemporaryDirectory();
  const paths = pathsIn(directory);
  const controller = new AbortController();
  const events = followEvents(paths, {
    from: "beginning",
    signal: controller.signal,
  });
  const next = async (): Promise<number | undefined> => {
    const { value } = await events.next();
    return value?.time;
  };
  record(paths, 1);
  assert.equal(await next(), 1);
  const waiting = next();
  record(paths, 2);
  assert.equal(await waiting, 2);
  record(paths, 3);
  rotate(paths);
  record(paths, 4);
  assert.equal(await next(), 3);
  assert.equal(await next(), 4);
  const last = events.next();
  controller.abort();
  assert.ok((await last).done);
});

Deno.test("followEvents() from now on needs no clock", async () => {
  using directory = new TemporaryDirectory();
  const paths = pathsIn(directory);
  record(paths, 5);
  const controller = new AbortController();
  const events = followEvents(paths, {
    from: "now",
    signal: controller.signal,
  });
  let first: number | undefined;
  const arrived = events.next().then(({ value }) => first = value?.time);
  // One of them comes after it has begun to follow.
  while (first === undefined) {
    record(paths, 2);
    await poolTurn();
  }
  await arrived;
  assert.equal(first, 2);
  await events.return(undefined);
  controller.abort();
});

Deno.test("followEvents() waits for the first event there ever is", async () => {
  using directory = new TemporaryDirectory();
  const paths = pathsIn(directory);
  const controller = new AbortController();
  const events = followEvents(paths, {
    from: "beginning",
    signal: controller.signal,
  });
  const first = events.next();
  // Once the directory is there, it is being watched or about to be.
  while (!hasEvents(paths)) await new Promise((done) => setTimeout(done, 1));
  record(paths, 1);
  assert.equal((await first).value?.time, 1);
  await events.return(undefined);
  controller.abort();
});

function hasEvents({ events }: Paths): boolean {
  try {
    return Deno.statSync(events).isDirectory;
  } catch {
    // Not there yet.
    return false;
  }
}

Deno.test("followEvents() ends at once if told so before", async () => {
  using directory = new TemporaryDirectory();
  const events = followEvents(pathsIn(directory), {
    from: "beginning",
    signal: AbortSignal.abort(),
  });
  assert.ok((await events.next()).done);
});
