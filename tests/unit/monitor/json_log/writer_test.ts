/**
 * Writing a log: rotation, bounds, and going on after a crash.
 *
 * @module
 */
import assert from "node:assert/strict";
import { decodeEntries } from "../../../../lib/monitor/json_log/entry.ts";
import {
  type LogLimits,
  openLog,
} from "../../../../lib/monitor/json_log/writer.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const UNLIMITED = { maxSizeBytes: -1, maxFiles: 1 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Writes a log from opening to closing. */
function log(directory: string, limits: LogLimits, ...texts: string[]): void {
  using writer = openLog(directory, limits);
  for (const text of texts) writer.write("stdout", bytes(text), 0);
}

function sizes(directory: string): [name: string, size: number][] {
  return [...Deno.readDirSync(directory)]
    .map(({ name }) => name)
    .sort()
    .map((name) => [name, Deno.statSync(`${directory}/${name}`).size]);
}

function content(directory: string, name = "container.log"): string {
  const text = Deno.readTextFileSync(`${directory}/${name}`);
  assert.ok(text.endsWith("\n"));
  return decodeEntries(text.slice(0, -1)).map((entry) => entry.log).join("");
}

Deno.test("openLog() makes a directory and a file for root only", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/log`;
  log(path, UNLIMITED);
  assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o700);
  const { mode, size } = Deno.statSync(`${path}/container.log`);
  assert.deepEqual([(mode ?? 0) & 0o777, size], [0o600, 0]);
});

Deno.test("LogWriter keeps the streams apart, each with its own line", () => {
  using directory = new TemporaryDirectory();
  using writer = openLog(directory.path, UNLIMITED);
  writer.write("stdout", bytes("out "), 1);
  writer.write("stderr", bytes("err\n"), 2);
  writer.write("stdout", bytes("put\n"), 3);
  const text = Deno.readTextFileSync(`${directory.path}/container.log`);
  assert.deepEqual(decodeEntries(text.trimEnd()), [
    { log: "err\n", stream: "stderr", time: "1970-01-01T00:00:00.002Z" },
    { log: "out put\n", stream: "stdout", time: "1970-01-01T00:00:00.003Z" },
  ]);
});

Deno.test("LogWriter goes on where it was, and writes the rest when closed", () => {
  using directory = new TemporaryDirectory();
  log(directory.path, UNLIMITED, "a\nb");
  log(directory.path, UNLIMITED, "c\n");
  assert.equal(content(directory.path), "a\nbc\n");
});

Deno.test("LogWriter starts on a new line after a crash", () => {
  using directory = new TemporaryDirectory();
  log(directory.path, UNLIMITED, "a\n");
  const path = `${directory.path}/container.log`;
  Deno.writeTextFileSync(path, '{"log":"cut sh', { append: true });
  log(directory.path, UNLIMITED, "b\n");
  assert.equal(content(directory.path), "a\nb\n");
});

Deno.test("LogWriter keeps as many files as it may, none too large", () => {
  using directory = new TemporaryDirectory();
  const limits = { maxSizeBytes: 1000, maxFiles: 3 };
  const lines = Array.from({ length: 500 }, (_, index) => `line ${index}\n`);
  log(directory.path, limits, lines.join(""));
  const files = sizes(directory.path);
  assert.deepEqual(files.map(([name]) => name), [
    "container.log",
    "container.log.1",
    "container.log.2",
  ]);
  for (const [name, size] of files) assert.ok(size <= 1000, name);
  const kept = files.map(([name]) => content(directory.path, name)).reverse();
  assert.ok(lines.join("").endsWith(kept.join("")));
  assert.ok(kept.join("").length > 150);
});

Deno.test("LogWriter with one file begins it anew", () => {
  using directory = new TemporaryDirectory();
  log(directory.path, { maxSizeBytes: 100, maxFiles: 1 }, "a\n", "b\n");
  assert.deepEqual(sizes(directory.path).map(([name]) => name), [
    "container.log",
  ]);
  assert.equal(content(directory.path), "b\n");
});

Deno.test("LogWriter gives an entry that is too large a file of its own", () => {
  using directory = new TemporaryDirectory();
  const long = `${"x".repeat(2000)}\n`;
  log(directory.path, { maxSizeBytes: 100, maxFiles: 9 }, "a\n", long, "b\n");
  assert.equal(content(directory.path), "b\n");
  assert.equal(content(directory.path, "container.log.1"), long);
  assert.equal(content(directory.path, "container.log.2"), "a\n");
});

Deno.test("LogWriter writes a line of 10 MB", () => {
  using directory = new TemporaryDirectory();
  const long = `${"0123456789".repeat(1024 * 1024)}\n`;
  log(directory.path, UNLIMITED, long, "after\n");
  assert.equal(content(directory.path), `${long}after\n`);
});

Deno.test("LogWriter loses what a full disk refuses, and goes on", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/container.log`;
  Deno.symlinkSync("/dev/full", path);
  using writer = openLog(directory.path, { maxSizeBytes: 100, maxFiles: 2 });
  writer.write("stdout", bytes("lost\n".repeat(1000)), 0);
  Deno.removeSync(path);
});

Deno.test("LogWriter survives the removal of its directory", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/log`;
  using writer = openLog(path, { maxSizeBytes: 100, maxFiles: 2 });
  Deno.removeSync(path, { recursive: true });
  for (let count = 0; count < 5; count++) {
    writer.write("stdout", bytes("lost\n"), 0);
  }
});

Deno.test("LogWriter tries again to rotate what could not be", () => {
  using directory = new TemporaryDirectory();
  const limits = { maxSizeBytes: 100, maxFiles: 2 };
  using writer = openLog(directory.path, limits);
  writer.write("stdout", bytes("a\n"), 0);
  const blocked = `${directory.path}/container.log.1`;
  Deno.mkdirSync(`${blocked}/full`, { recursive: true });
  writer.write("stdout", bytes("lost\n"), 0);
  assert.equal(content(directory.path), "a\n");
  Deno.removeSync(blocked, { recursive: true });
  writer.write("stdout", bytes("b\n"), 0);
  assert.equal(content(directory.path), "b\n");
  assert.equal(content(directory.path, "container.log.1"), "a\n");
});
