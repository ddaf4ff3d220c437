/** @module */
import assert from "node:assert/strict";
import type { WindowSize } from "../../../ffi/calls/terminal.ts";
import {
  type AttachHandler,
  AttachServer,
} from "../../../lib/monitor/attach_server.ts";
import {
  encodeFrame,
  encodeSize,
  type Frame,
  FrameDecoder,
  type FrameKind,
} from "../../../lib/monitor/frame.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const NOTHING = new Uint8Array(0);

/** What has arrived, and somebody waiting for the next. */
class Arrivals implements AttachHandler {
  readonly all: unknown[] = [];
  #next = Promise.withResolvers<void>();

  onInput(bytes: Uint8Array): Promise<void> {
    return Promise.resolve(this.#add(new TextDecoder().decode(bytes)));
  }

  onEndOfInput(): void {
    this.#add("end");
  }

  onResize(size: WindowSize): void {
    this.#add(size);
  }

  /** Waits until so many have arrived. */
  async count(count: number): Promise<unknown[]> {
    while (this.all.length < count) await this.#next.promise;
    return this.all;
  }

  #add(what: unknown): void {
    this.all.push(what);
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }
}

/** Somebody who speaks the language of the socket. */
class Peer implements Disposable {
  readonly #decoder = new FrameDecoder();
  readonly #frames: Frame[] = [];

  private constructor(readonly connection: Deno.UnixConn) {}

  static async connect({ path }: TemporaryDirectory): Promise<Peer> {
    const socket = `${path}/attach`;
    return new Peer(await Deno.connect({ transport: "unix", path: socket }));
  }

  async say(kind: FrameKind, payload: Uint8Array = NOTHING): Promise<void> {
    await this.connection.write(encodeFrame({ kind, payload }));
  }

  /** The next frame as text; `undefined` at the end. */
  async hear(): Promise<string | undefined> {
    const buffer = new Uint8Array(1000);
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) {
        const { kind, payload } = frame;
        return kind === "exited"
          ? `exited ${payload.join()}`
          : `${kind} ${new TextDecoder().decode(payload)}`;
      }
      const length = await this.connection.read(buffer);
      if (length === null) return undefined;
      this.#frames.push(...this.#decoder.push(buffer.subarray(0, length)));
    }
  }

  [Symbol.dispose](): void {
    this.connection.close();
  }
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("AttachServer passes on what is said, in order, from all", async () => {
  using directory = new TemporaryDirectory();
  using server = new AttachServer(directory.path);
  const arrivals = new Arrivals();
  server.serve(arrivals);
  using one = await Peer.connect(directory);
  using other = await Peer.connect(directory);
  await one.say("resize", encodeSize({ height: 24, width: 80 }));
  await one.say("stdin", bytes("a"));
  await arrivals.count(2);
  await other.say("stdin", bytes("b"));
  await arrivals.count(3);
  await one.say("endOfInput");
  const all = await arrivals.count(4);
  assert.deepEqual(all, [{ height: 24, width: 80 }, "a", "b", "end"]);
});

Deno.test("AttachServer sends output to all, and how it ended", async () => {
  using directory = new TemporaryDirectory();
  using server = new AttachServer(directory.path);
  await server.broadcast("stdout", bytes("to nobody"));
  using one = await Peer.connect(directory);
  await server.attached;
  await server.broadcast("stdout", bytes("first"));
  assert.equal(await one.hear(), "stdout first");
  const arrivals = new Arrivals();
  server.serve(arrivals);
  using other = await Peer.connect(directory);
  await other.say("stdin", bytes("I am here"));
  await arrivals.count(1);
  await server.broadcast("stderr", bytes("second"));
  await server.end(137);
  for (const peer of [one, other]) {
    assert.equal(await peer.hear(), "stderr second");
    assert.equal(await peer.hear(), "exited 137");
    assert.equal(await peer.hear(), undefined);
  }
});

Deno.test("AttachServer takes input only as fast as it is used", async () => {
  using directory = new TemporaryDirectory();
  using server = new AttachServer(directory.path);
  const taken: string[] = [];
  const gate = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  server.serve({
    async onInput(input): Promise<void> {
      await gate.promise;
      taken.push(new TextDecoder().decode(input));
    },
    onEndOfInput: () => done.resolve(),
    onResize: () => {},
  });
  using peer = await Peer.connect(directory);
  await peer.say("stdin", bytes("a"));
  await peer.say("stdin", bytes("b"));
  await peer.say("endOfInput");
  assert.deepEqual(taken, []);
  gate.resolve();
  await done.promise;
  assert.deepEqual(taken, ["a", "b"]);
});

Deno.test("AttachServer waits for one that reads slowly", async () => {
  using directory = new TemporaryDirectory();
  using server = new AttachServer(directory.path);
  using peer = await Peer.connect(directory);
  await server.attached;
  const much = new Uint8Array(1024 * 1024);
  let isSent = false;
  const sent = server.broadcast("stdout", much).then(() => isSent = true);
  assert.ok((await peer.connection.read(new Uint8Array(1))) === 1);
  assert.ok(!isSent, "a socket does not hold that much");
  let received = 1;
  const buffer = new Uint8Array(1024 * 1024);
  while (received < much.length + 5) {
    received += await peer.connection.read(buffer) ?? assert.fail();
  }
  await sent;
});

Deno.test("AttachServer minds neither who leaves nor who babbles", async () => {
  using directory = new TemporaryDirectory();
  using server = new AttachServer(directory.path);
  const arrivals = new Arrivals();
  server.serve(arrivals);
  const strange = ["GET / HTTP/1.1\r\n\r\n", "\x02\x01\0\0\0x", "\0\xff"];
  for (const text of strange) {
    using peer = await Peer.connect(directory);
    await peer.connection.write(
      Uint8Array.from(text, (c) => c.charCodeAt(0)),
    );
    if (text !== "\0\xff") assert.equal(await peer.hear(), undefined, text);
  }
  using good = await Peer.connect(directory);
  await good.say("stdin", bytes("still"));
  assert.deepEqual(await arrivals.count(1), ["still"]);
  await server.broadcast("stdout", bytes("there"));
  assert.equal(await good.hear(), "stdout there");
});

Deno.test("AttachServer sends to who leaves in the middle, and goes on", async () => {
  using directory = new TemporaryDirectory();
  using server = new AttachServer(directory.path);
  const peer = await Peer.connect(directory);
  await server.attached;
  const sent = server.broadcast("stdout", new Uint8Array(1024 * 1024));
  peer[Symbol.dispose]();
  await sent;
  await server.broadcast("stdout", bytes("to nobody"));
  await server.end(0);
});

Deno.test("AttachServer replaces the socket of a killed one, and removes its own", async () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/attach`;
  const dead = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-check",
      `Deno.listen({ transport: "unix", path: ${JSON.stringify(path)} });` +
      `Deno.kill(Deno.pid, "SIGKILL");`,
    ],
  });
  assert.equal((await dead.output()).signal, "SIGKILL");
  assert.ok((await Deno.lstat(path)).isSocket);
  {
    using _server = new AttachServer(directory.path);
    using _peer = await Peer.connect(directory);
  }
  await assert.rejects(Deno.lstat(path), { name: "NotFound" });
  const gone = new TemporaryDirectory();
  using _server = new AttachServer(gone.path);
  gone[Symbol.dispose]();
});
