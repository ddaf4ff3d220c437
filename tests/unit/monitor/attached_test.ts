/** @module */
import assert from "node:assert/strict";
import { Attached } from "../../../lib/monitor/attached.ts";

interface Pair extends AsyncDisposable {
  readonly attached: Attached;
  readonly client: Deno.UnixConn;
}

/** One who is attached, and its own side of the connection. */
async function pair(): Promise<Pair> {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/socket`;
  using listener = Deno.listen({ transport: "unix", path });
  const [client, connection] = await Promise.all([
    Deno.connect({ transport: "unix", path }),
    listener.accept(),
  ]);
  const attached = new Attached(connection);
  return {
    attached,
    client,
    async [Symbol.asyncDispose](): Promise<void> {
      attached.drop();
      client.close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** More than a socket holds. */
const MUCH = 1024 * 1024;

Deno.test("send() sends one frame after the other, however slowly they are taken", async () => {
  await using both = await pair();
  const { attached, client } = both;
  const sent = Promise.all(
    [1, 2, 3].map((value) => attached.send(new Uint8Array(MUCH).fill(value))),
  );
  const received = new Uint8Array(3 * MUCH);
  for (let length = 0; length < received.length;) {
    length += await client.read(received.subarray(length)) ?? 0;
  }
  await sent;
  for (const value of [1, 2, 3]) {
    const frame = received.subarray((value - 1) * MUCH, value * MUCH);
    assert.ok(frame.every((byte) => byte === value), `frame ${value}`);
  }
});

Deno.test("waitsSince tells since when nothing is taken", async () => {
  await using both = await pair();
  const { attached, client } = both;
  assert.equal(attached.waitsSince, undefined);
  const sent = attached.send(new Uint8Array(MUCH));
  await Promise.resolve();
  const { waitsSince } = attached;
  assert.ok(waitsSince !== undefined && waitsSince <= performance.now());
  const buffer = new Uint8Array(MUCH);
  for (let length = 0; length < MUCH;) {
    length += await client.read(buffer) ?? 0;
  }
  await sent;
  assert.equal(attached.waitsSince, undefined);
});

Deno.test({
  name: "drop() ends what waits for one who takes nothing",
  // The write goes on until its other side is closed, after the test.
  sanitizeOps: false,
  fn: async () => {
    await using both = await pair();
    const { attached } = both;
    const sent = attached.send(new Uint8Array(MUCH));
    const next = attached.send(new Uint8Array(1));
    const read = attached.read(new Uint8Array(1));
    attached.drop();
    attached.drop();
    await assert.rejects(sent, Deno.errors.ConnectionAborted);
    await assert.rejects(next, Deno.errors.ConnectionAborted);
    await assert.rejects(read);
  },
});
