import assert from "node:assert/strict";
import {
  createPipe,
  readSync,
  writeAllSync,
} from "../../../../ffi/calls/pipe.ts";
import { drain, type Output } from "../../../../lib/runtime/stdio/drain.ts";
import { pump } from "../../../../lib/runtime/stdio/pump.ts";

/** A stream being copied from one pipe to another, and the ends we hold. */
function copying(): Disposable & {
  readonly output: Output;
  readonly theirs: ReturnType<typeof createPipe>;
  readonly ours: ReturnType<typeof createPipe>;
} {
  const theirs = createPipe();
  const ours = createPipe();
  const progress = { isReading: false };
  const source = theirs.readable;
  const done = pump(source, ours.writable, { progress });
  return {
    output: { source, progress, done },
    theirs,
    ours,
    [Symbol.dispose](): void {
      theirs[Symbol.dispose]();
      ours[Symbol.dispose]();
    },
  };
}

Deno.test("drain() of nothing waits for nothing", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  await drain([]);
  clearInterval(timer);
  assert.equal(turns, 0);
});

Deno.test("drain() waits for the end of every stream", async () => {
  using a = copying();
  using b = copying();
  writeAllSync(a.theirs.writable, new Uint8Array(10));
  a.theirs.writable[Symbol.dispose]();
  b.theirs.writable[Symbol.dispose]();
  await drain([a.output, b.output]);
  await Promise.all([a.output.done, b.output.done]);
});

Deno.test("drain() gives up an empty stream that somebody else holds open", async () => {
  using held = copying();
  writeAllSync(held.theirs.writable, new Uint8Array(10));
  await drain([held.output]);
  const bytes = new Uint8Array(20);
  assert.equal(readSync(held.ours.readable, bytes), 10, "all was passed on");
  // Let the pump end, or its thread would outlive the test.
  held.theirs.writable[Symbol.dispose]();
  await held.output.done;
});

Deno.test("drain() waits as long as the reader is slow", async () => {
  using slow = copying();
  // What the target has no room for stays with the pump: it is not reading.
  const room = new Uint8Array(64 * 1024);
  writeAllSync(slow.ours.writable, room);
  writeAllSync(slow.theirs.writable, new Uint8Array(10));
  let isDrained = false;
  const drained = drain([slow.output]).then(() => isDrained = true);
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, 150);
  await promise;
  assert.ok(!isDrained);
  assert.equal(readSync(slow.ours.readable, room), room.length);
  await drained;
  assert.equal(readSync(slow.ours.readable, room), 10);
  slow.theirs.writable[Symbol.dispose]();
  await slow.output.done;
});

Deno.test("drain() waits for a thread that is late to tell what it has read", async () => {
  using pipe = createPipe();
  pipe.writable[Symbol.dispose]();
  // As it looks when the pipe is empty already, and the pump not yet told so.
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const progress = { isReading: true };
  let isDrained = false;
  const drained = drain([{ source: pipe.readable, progress, done }])
    .then(() => isDrained = true);
  const { promise: later, resolve: wake } = Promise.withResolvers<void>();
  setTimeout(wake, 150);
  await later;
  assert.ok(!isDrained);
  resolve();
  await drained;
});
