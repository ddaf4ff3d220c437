/** @module */
import assert from "node:assert/strict";
import { createPipe, writeAllSync } from "../../../../ffi/calls/pipe.ts";
import { awaitInput, waitReadable } from "../../../../ffi/calls/poll.ts";
import { Memory } from "../../../../ffi/memory.ts";

Deno.test("waitReadable() tells which can be read, or none in time", async () => {
  using one = createPipe();
  using other = createPipe();
  const both = [one.readable, other.readable];
  assert.deepEqual(await waitReadable(both, 1), []);
  assert.deepEqual(await waitReadable(both, -1), []);
  other.writable[Symbol.dispose]();
  assert.deepEqual(await waitReadable(both, 60_000), [other.readable]);
});

Deno.test("awaitInput() waits for something to read, or the end", async () => {
  using pipe = createPipe();
  using request = new Memory(8);
  let hasCome = false;
  const waiting = awaitInput(pipe.readable, request).then((isThere) => {
    hasCome = true;
    return isThere;
  });
  await new Promise((resolve) => setTimeout(resolve, 1));
  assert.ok(!hasCome);
  writeAllSync(pipe.writable, Uint8Array.of(1));
  assert.ok(await waiting);
  assert.ok(await awaitInput(pipe.readable, request), "it is still there");
  pipe.writable[Symbol.dispose]();
  assert.ok(await awaitInput(pipe.readable, request));
});
