/**
 * Reading and following a log, across rotation.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createPipe, type Pipe } from "../../../../ffi/calls/pipe.ts";
import type { LogEntry } from "../../../../lib/monitor/json_log/entry.ts";
import { readLog } from "../../../../lib/monitor/json_log/reader.ts";
import {
  type LogLimits,
  type LogWriter,
  openLog,
} from "../../../../lib/monitor/json_log/writer.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const UNLIMITED = { maxSizeBytes: -1, maxFiles: 1 };
const ROTATED = { maxSizeBytes: 1000, maxFiles: 100 };

/** A log, and a writer whose end is that of a pipe: it can be read then. */
class Log implements Disposable {
  readonly directory = new TemporaryDirectory();
  readonly path = `${this.directory.path}/log`;
  readonly writer: LogWriter;
  readonly #pipe: Pipe = createPipe();

  constructor(limits: LogLimits = UNLIMITED) {
    this.writer = openLog(this.path, limits);
  }

  get pidfd(): Pipe["readable"] {
    return this.#pipe.readable;
  }

  out(text: string, timeMs = 0): void {
    this.writer.write("stdout", new TextEncoder().encode(text), timeMs);
  }

  err(text: string, timeMs = 0): void {
    this.writer.write("stderr", new TextEncoder().encode(text), timeMs);
  }

  end(): void {
    this.#pipe.writable[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.writer[Symbol.dispose]();
    this.#pipe[Symbol.dispose]();
    this.directory[Symbol.dispose]();
  }
}

type Selection = Partial<Parameters<typeof readLog>[1]>;

async function read(log: Log, options: Selection = {}): Promise<LogEntry[]> {
  const found = [];
  const all = { now: () => 0, ...options };
  for await (const some of readLog(log.path, all)) found.push(...some);
  return found;
}

async function text(log: Log, options: Selection = {}): Promise<string> {
  return (await read(log, options)).map((entry) => entry.log).join("");
}

function lines(count: number, from = 0): string {
  return Array.from({ length: count }, (_, index) => `line ${from + index}\n`)
    .join("");
}

Deno.test("readLog() of no log reads nothing", async () => {
  using log = new Log();
  assert.deepEqual(await read(log), []);
  await Deno.remove(log.path, { recursive: true });
  assert.deepEqual(await read(log), []);
  assert.deepEqual(await read(log, { tail: 3 }), []);
});

Deno.test("readLog() reads both streams in order", async () => {
  using log = new Log();
  log.out("a\n");
  log.err("b\n");
  log.out("c\n");
  const found = await read(log);
  assert.deepEqual(found.map((entry) => `${entry.stream} ${entry.log}`), [
    "stdout a\n",
    "stderr b\n",
    "stdout c\n",
  ]);
});

Deno.test("readLog() reads all files, the oldest first", async () => {
  using log = new Log(ROTATED);
  log.out(lines(1000));
  assert.equal(await text(log), lines(1000));
});

Deno.test("readLog() reads what a removed oldest file leaves", async () => {
  using log = new Log({ maxSizeBytes: 1000, maxFiles: 3 });
  log.out(lines(1000));
  const kept = await text(log);
  assert.ok(lines(1000).endsWith(kept) && kept.startsWith("line "));
});

for (const limits of [UNLIMITED, ROTATED]) {
  const what = limits === ROTATED ? "across files" : "of one file";
  Deno.test(`readLog() reads the last lines ${what}`, async () => {
    using log = new Log(limits);
    log.out(lines(500));
    assert.equal(await text(log, { tail: 0 }), "");
    assert.equal(await text(log, { tail: 1 }), lines(1, 499));
    assert.equal(await text(log, { tail: 123 }), lines(123, 377));
    assert.equal(await text(log, { tail: 500 }), lines(500));
    assert.equal(await text(log, { tail: 9999 }), lines(500));
  });
}

Deno.test("readLog() counts lines, in however many entries they are", async () => {
  using log = new Log();
  const long = `${"x".repeat(200_000)}\n`;
  log.out(`a\n${long}${long}`);
  assert.equal(await text(log, { tail: 1 }), long);
  assert.equal(await text(log, { tail: 2 }), `${long}${long}`);
  const open = "y".repeat(16 * 1024);
  log.out(open);
  assert.equal(await text(log, { tail: 1 }), open);
  assert.equal(await text(log, { tail: 2 }), `${long}${open}`);
});

Deno.test("readLog() reads a line of 10 MB", async () => {
  using log = new Log({ maxSizeBytes: 1024 * 1024, maxFiles: 20 });
  const long = `${"0123456789".repeat(1024 * 1024)}\n`;
  log.out(`before\n${long}after\n`);
  assert.equal(await text(log), `before\n${long}after\n`);
  assert.equal(await text(log, { tail: 2 }), `${long}after\n`);
});

Deno.test("readLog() reads an entry longer than a block", async () => {
  using log = new Log();
  const path = `${log.path}/container.log`;
  const entry = {
    log: `${"z".repeat(1_000_000)}\n`,
    stream: "stdout",
    time: "2026-01-01T00:00:00Z",
  };
  await Deno.writeTextFile(path, `${JSON.stringify(entry)}\n`);
  assert.equal(await text(log), entry.log);
  assert.equal(await text(log, { tail: 1 }), entry.log);
});

Deno.test("readLog() passes over what is no entry, however long", async () => {
  using log = new Log();
  const path = `${log.path}/container.log`;
  const zeros = new Uint8Array(17 * 1024 * 1024);
  await Deno.writeFile(path, zeros, { append: true });
  await Deno.writeTextFile(path, "\n", { append: true });
  log.out("after\n");
  assert.equal(await text(log), "after\n");
  assert.equal(await text(log, { tail: 9 }), "after\n");
});

Deno.test("readLog() selects a period, its ends included", async () => {
  using log = new Log();
  for (const ms of [1000, 2000, 3000, 4000]) log.out(`${ms}\n`, ms);
  assert.equal(await text(log, { sinceMs: 3000 }), "3000\n4000\n");
  assert.equal(await text(log, { untilMs: 2000 }), "1000\n2000\n");
  const middle = { sinceMs: 1500, untilMs: 3500 };
  assert.equal(await text(log, middle), "2000\n3000\n");
  assert.equal(await text(log, { ...middle, tail: 2 }), "3000\n");
});

Deno.test("readLog() finds what was written after the clock was set back", async () => {
  using log = new Log();
  for (const ms of [1000, 4000, 2000]) log.out(`${ms}\n`, ms);
  assert.equal(await text(log, { untilMs: 2000 }), "1000\n2000\n");
  assert.equal(await text(log, { sinceMs: 2000 }), "4000\n2000\n");
});

/** Reads in steps: what has come, once there is anything. */
class Follower {
  readonly #entries: AsyncGenerator<readonly LogEntry[]>;

  constructor(log: Log, options: Selection = {}) {
    this.#entries = readLog(log.path, {
      now: () => 0,
      writer: log.pidfd,
      ...options,
    });
  }

  /** Reads until the text has come, which must be all. */
  async expect(expected: string): Promise<void> {
    let found = "";
    while (found.length < expected.length) {
      const { value, done } = await this.#entries.next();
      assert.ok(!done, `It ended with ${JSON.stringify(found)}`);
      found += value.map((entry) => entry.log).join("");
    }
    assert.equal(found, expected);
  }

  async rest(): Promise<string> {
    let found = "";
    for await (const some of this.#entries) {
      found += some.map((entry) => entry.log).join("");
    }
    return found;
  }

  async expectEnd(): Promise<void> {
    assert.deepEqual(await this.#entries.next(), {
      value: undefined,
      done: true,
    });
  }
}

Deno.test("readLog() follows until the writer has ended", async () => {
  using log = new Log();
  log.out("before\n");
  const follower = new Follower(log);
  await follower.expect("before\n");
  log.out("one\n");
  await follower.expect("one\n");
  const later = follower.expect("two\nlast\n");
  log.out("two\nlast\n");
  await later;
  log.out("rest\n");
  log.end();
  await follower.expect("rest\n");
  await follower.expectEnd();
});

Deno.test("readLog() follows the last lines only", async () => {
  using log = new Log();
  log.out(lines(10));
  const follower = new Follower(log, { tail: 1 });
  await follower.expect("line 9\n");
  log.out("more\n");
  await follower.expect("more\n");
  log.end();
  await follower.expectEnd();
});

Deno.test("readLog() follows across rotation, once and many times", async () => {
  using log = new Log(ROTATED);
  const follower = new Follower(log);
  for (const count of [5, 20, 300, 1, 500, 0, 40]) {
    const more = lines(count, count);
    log.out(more);
    await follower.expect(more);
  }
  log.end();
  await follower.expectEnd();
});

Deno.test("readLog() that is late goes on with what there is", async () => {
  using log = new Log({ maxSizeBytes: 1000, maxFiles: 2 });
  log.out("first\n");
  const follower = new Follower(log);
  await follower.expect("first\n");
  log.out(lines(1000));
  log.end();
  const kept = await text(log);
  const found = await follower.rest();
  assert.ok(found.startsWith("line 0\n") && found.endsWith(kept));
  assert.ok(found.length < 2 * kept.length);
});

Deno.test("readLog() follows a log that is still to be made", async () => {
  using log = new Log();
  await Deno.remove(log.path, { recursive: true });
  const follower = new Follower(log);
  const first = follower.expect("made\n");
  using writer = openLog(log.path, UNLIMITED);
  writer.write("stdout", new TextEncoder().encode("made\n"), 0);
  await first;
  log.end();
  await follower.expectEnd();
});

Deno.test("readLog() follows until a time, or what comes after it", async () => {
  using log = new Log();
  log.out("a\n", 1000);
  const past = new Follower(log, { untilMs: 1500, now: () => 2000 });
  await past.expect("a\n");
  await past.expectEnd();
  let now = 1000;
  const soon = new Follower(log, { untilMs: 1020, now: () => now += 15 });
  await soon.expect("a\n");
  await soon.expectEnd();
  const after = new Follower(log, { untilMs: 3000 });
  await after.expect("a\n");
  log.out("b\n", 4000);
  await after.expectEnd();
});
