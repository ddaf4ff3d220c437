/** @module */
import assert from "node:assert/strict";
import { createPipe, writeAllSync } from "../../../ffi/calls/pipe.ts";
import { Fd } from "../../../ffi/fd.ts";
import {
  adoptedStdio,
  type DetachedConnection,
  type DetachedStdio,
  detachedStdio,
} from "../../../lib/monitor/detached_stdio.ts";
import { STDIO } from "../../../lib/runtime/plan/terminal.ts";
import type { StdioOptions } from "../../../lib/runtime/stdio/stdio.ts";
import { openDescriptors } from "../../support/processes.ts";

const OPTIONS: StdioOptions = {
  tty: false,
  interactive: false,
  owner: { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 },
};

/** What has been read, a line for each stream. */
class Sink {
  readonly read = { stdout: "", stderr: "" };
  readonly connection: DetachedConnection;

  constructor(stdio: DetachedStdio, terminal?: Fd) {
    this.connection = stdio.connect(terminal, (stream, bytes) => {
      this.read[stream] += new TextDecoder().decode(bytes);
    });
  }

  /** Waits for the ends of all streams. */
  async rest(): Promise<unknown> {
    await Promise.all(this.connection.outputs.map(({ done }) => done));
    return this.read;
  }
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** The container's side of a stream, as it would inherit it. */
function theirs(stdio: DetachedStdio, index: 0 | 1 | 2): Fd {
  const fd = stdio.descriptors.get(STDIO[index] ?? "");
  assert.ok(fd);
  return fd.duplicate();
}

Deno.test("detachedStdio() reads both outputs to their ends", async () => {
  const before = openDescriptors();
  {
    using stdio = detachedStdio(OPTIONS);
    const output = theirs(stdio, 1);
    const errors = theirs(stdio, 2);
    const sink = new Sink(stdio);
    assert.equal(sink.connection.input, undefined);
    writeAllSync(output, bytes("out"));
    writeAllSync(errors, bytes("err"));
    output[Symbol.dispose]();
    errors[Symbol.dispose]();
    assert.deepEqual(await sink.rest(), { stdout: "out", stderr: "err" });
  }
  assert.equal(openDescriptors(), before);
});

Deno.test("detachedStdio() gives the program no input unless it takes some", () => {
  using stdio = detachedStdio(OPTIONS);
  using input = theirs(stdio, 0);
  assert.equal(Deno.readLinkSync(input.path), "/dev/null");
});

Deno.test("detachedStdio() passes input on, and its end", async () => {
  using stdio = detachedStdio({ ...OPTIONS, interactive: true });
  using theirInput = theirs(stdio, 0);
  using output = theirs(stdio, 1);
  using errors = theirs(stdio, 2);
  const sink = new Sink(stdio);
  const { input } = sink.connection;
  assert.ok(input);
  writeAllSync(input, bytes("typed"));
  input[Symbol.dispose]();
  assert.equal(await Deno.readTextFile(theirInput.path), "typed");
  output[Symbol.dispose]();
  errors[Symbol.dispose]();
  await sink.rest();
});

Deno.test("detachedStdio() leaves output a reader if the monitor is killed", () => {
  const stdio = detachedStdio(OPTIONS);
  using output = theirs(stdio, 1);
  stdio[Symbol.dispose]();
  // No EPIPE: what the container holds is a reader as well.
  writeAllSync(output, bytes("on its own"));
});

Deno.test("detachedStdio() reads on only once what it read is taken", async () => {
  using stdio = detachedStdio(OPTIONS);
  const output = theirs(stdio, 1);
  const gate = Promise.withResolvers<void>();
  let calls = 0;
  const { outputs } = stdio.connect(undefined, async () => {
    calls++;
    await gate.promise;
  });
  // As much as a pipe holds, and again: written once the first is read.
  writeAllSync(output, new Uint8Array(64 * 1024));
  writeAllSync(output, new Uint8Array(64 * 1024));
  assert.ok(calls <= 1);
  output[Symbol.dispose]();
  gate.resolve();
  await Promise.all(outputs.map(({ done }) => done));
  assert.ok(calls >= 2);
});

Deno.test("detachedStdio() reads a terminal, and types into it if asked to", async () => {
  for (const interactive of [true, false]) {
    using stdio = detachedStdio({ ...OPTIONS, tty: true, interactive });
    assert.equal(stdio.descriptors.size, 0);
    using pipe = createPipe();
    const sink = new Sink(stdio, pipe.readable);
    const { input } = sink.connection;
    assert.equal(input, interactive ? pipe.readable : undefined);
    writeAllSync(pipe.writable, bytes("shown"));
    pipe.writable[Symbol.dispose]();
    assert.deepEqual(await sink.rest(), { stdout: "shown", stderr: "" });
  }
  using stdio = detachedStdio({ ...OPTIONS, tty: true });
  assert.throws(() => stdio.connect(undefined, () => {}), TypeError);
});

Deno.test("adoptedStdio() reads and writes the pipes that a process has", async () => {
  using input = createPipe();
  using output = createPipe();
  const script = 'read line; echo "$line" >&2; echo done; read rest; exit 0';
  const child = new Deno.Command("sh", {
    args: [
      "-c",
      `exec <"$1" >"$2" 2>"$2"; echo up; ${script}`,
      "sh",
      `/proc/${Deno.pid}/fd/${input.readable.number}`,
      `/proc/${Deno.pid}/fd/${output.writable.number}`,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const first = new Uint8Array(3);
  using file = await Deno.open(output.readable.path);
  await file.read(first);
  assert.equal(new TextDecoder().decode(first), "up\n");
  using stdio = adoptedStdio(child.pid, { tty: false, interactive: true });
  for (const pipe of [input, output]) pipe[Symbol.dispose]();
  file[Symbol.dispose]();
  const sink = new Sink(stdio);
  const { input: writable } = sink.connection;
  assert.ok(writable);
  writeAllSync(writable, bytes("line\n"));
  writable[Symbol.dispose]();
  await sink.rest();
  assert.equal((await child.status).code, 0);
  const { stdout, stderr } = sink.read;
  assert.equal([...stdout + stderr].sort().join(""), "\n\ndeeilnno");
});

Deno.test("adoptedStdio() has nothing of a terminal: it was hung up", () => {
  using stdio = adoptedStdio(Deno.pid, { tty: true, interactive: true });
  const { input, outputs } = stdio.connect(undefined, () => {});
  assert.deepEqual({ input, outputs }, { input: undefined, outputs: [] });
});

Deno.test("adoptedStdio() does without what is closed, or is no pipe", async () => {
  const child = new Deno.Command("sh", {
    args: ["-c", "exec >&- 2>/dev/null; kill -STOP $$"],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  // It has closed its stdout.
  for await (const _ of child.stdout);
  using stdio = adoptedStdio(child.pid, { tty: false, interactive: true });
  const { input, outputs } = stdio.connect(undefined, () => {});
  assert.equal(input, undefined);
  child.kill("SIGKILL");
  await child.status;
  await Promise.all(outputs.map(({ done }) => done));
  using gone = adoptedStdio(child.pid, { tty: false, interactive: true });
  assert.deepEqual(gone.connect(undefined, () => {}).outputs, []);
});
