/** @module */
import assert from "node:assert/strict";
import { createPipe } from "../../../../ffi/calls/pipe.ts";
import { waitReadable } from "../../../../ffi/calls/poll.ts";

Deno.test("waitReadable() tells which can be read, or none in time", async () => {
  using one = createPipe();
  using other = createPipe();
  const both = [one.readable, other.readable];
  assert.deepEqual(await waitReadable(both, 1), []);
  assert.deepEqual(await waitReadable(both, -1), []);
  other.writable[Symbol.dispose]();
  assert.deepEqual(await waitReadable(both, 60_000), [other.readable]);
});
