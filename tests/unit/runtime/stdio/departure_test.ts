/** @module */
import assert from "node:assert/strict";
import {
  bytesToRead,
  createPipe,
  writeAllSync,
} from "../../../../ffi/calls/pipe.ts";
import { Memory } from "../../../../ffi/memory.ts";
import { ConflictError } from "../../../../lib/base/errors.ts";
import {
  Departure,
  type DepartureOptions,
} from "../../../../lib/runtime/stdio/departure.ts";

const NEVER = new Promise<string>(() => {});

/** One that is handed over when its gate opens. */
function departure(
  options: Partial<DepartureOptions> = {},
): { readonly departure: Departure; readonly warnings: string[] } {
  const warnings: string[] = [];
  return {
    departure: new Departure({
      keys: Uint8Array.of(1),
      handOver: () => Promise.resolve(),
      warn: (text) => void warnings.push(text),
      ...options,
    }),
    warnings,
  };
}

Deno.test("Departure.read() reads what there is, up to the end", async () => {
  const { departure: staying } = departure();
  using source = createPipe();
  using memory = new Memory(8);
  const first = staying.read(source.readable, memory);
  writeAllSync(source.writable, Uint8Array.of(1, 2));
  assert.equal(await first, 2);
  assert.deepEqual([...memory.bytes.subarray(0, 2)], [1, 2]);
  source.writable[Symbol.dispose]();
  assert.equal(await staying.read(source.readable, memory), 0);
});

Deno.test("Departure.read() takes nothing while and after it is left", async () => {
  const gate = Promise.withResolvers<void>();
  const { departure: leaving } = departure({ handOver: () => gate.promise });
  using source = createPipe();
  using memory = new Memory(8);
  // A thread waits already when the keys are pressed.
  const reading = leaving.read(source.readable, memory);
  const left = leaving.leave();
  assert.equal(leaving.leave(), left, "once is enough");
  writeAllSync(source.writable, Uint8Array.of(1, 2));
  gate.resolve();
  assert.equal(await left, "left");
  assert.equal(await reading, 0);
  assert.equal(bytesToRead(source.readable), 2);
});

Deno.test("Departure.read() goes on if it could not be left", async () => {
  const gate = Promise.withResolvers<void>();
  const { departure: staying, warnings } = departure({
    handOver: () => gate.promise,
  });
  using source = createPipe();
  using memory = new Memory(8);
  const reading = staying.read(source.readable, memory);
  const attempt = staying.leave();
  writeAllSync(source.writable, Uint8Array.of(1, 2));
  gate.reject(new RangeError("no room"));
  assert.equal(await attempt, "stays");
  assert.equal(await reading, 2);
  assert.deepEqual(warnings, [
    "Cannot leave it running in the background: no room",
  ]);
});

Deno.test("Departure.outcome() is the end, if nobody leaves", async () => {
  const { departure: staying } = departure();
  assert.equal(await staying.outcome(Promise.resolve("ended")), "ended");
});

Deno.test("Departure.outcome() is that it was left, though it goes on", async () => {
  const { departure: leaving } = departure();
  const outcome = leaving.outcome(NEVER);
  await leaving.leave();
  assert.equal(await outcome, "left");
});

Deno.test("Departure.outcome() is whose it is that ends while it is left", async () => {
  for (const error of [undefined, new ConflictError("It has ended")]) {
    const gate = Promise.withResolvers<void>();
    const { departure: leaving, warnings } = departure({
      handOver: () => gate.promise,
    });
    const attempt = leaving.leave();
    const outcome = leaving.outcome(Promise.resolve("ended"));
    if (error === undefined) gate.resolve();
    else gate.reject(error);
    assert.equal(await attempt, error === undefined ? "left" : "stays");
    assert.equal(await outcome, error === undefined ? "left" : "ended");
    assert.deepEqual(warnings, [], "that it has ended is no trouble");
  }
});
