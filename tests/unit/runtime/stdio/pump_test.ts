/** @module */
import assert from "node:assert/strict";
import {
  createPipe,
  makeInheritable,
  read,
  writeAllSync,
} from "../../../../ffi/calls/pipe.ts";
import {
  F_GETFL,
  F_SETFL,
  O_NONBLOCK,
} from "../../../../ffi/constants/fcntl.ts";
import { Fd } from "../../../../ffi/fd.ts";
import { Memory } from "../../../../ffi/memory.ts";
import { syscall } from "../../../../ffi/syscall.ts";
import { pump } from "../../../../lib/runtime/stdio/pump.ts";

Deno.test("pump() carries 5 MB of any bytes, in order, to the end", async () => {
  const LENGTH = 5_000_003;
  using source = createPipe();
  using target = createPipe();
  const path = await Deno.makeTempFile();
  try {
    const sent = Uint8Array.from(
      { length: LENGTH },
      (_, at) => at * 7 + (at >> 8),
    );
    await Deno.writeFile(path, sent);
    makeInheritable(source.writable.number);
    const writer = new Deno.Command("dd", {
      args: [
        `if=${path}`,
        `of=/proc/self/fd/${source.writable.number}`,
        "bs=7777",
      ],
      stdin: "null",
      stderr: "null",
    }).spawn();
    source.writable[Symbol.dispose]();
    const pumped = pump(source.readable, target.writable).then(() =>
      target.writable[Symbol.dispose]()
    );
    const received = new Uint8Array(LENGTH);
    let at = 0;
    using memory = new Memory(30_000);
    for (;;) {
      const length = await read(target.readable, memory);
      if (length <= 0) break;
      received.set(memory.bytes.subarray(0, length), at);
      at += length;
    }
    await pumped;
    assert.ok((await writer.status).success);
    assert.equal(at, LENGTH);
    assert.deepEqual(received, sent);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("pump() ends when nobody reads the target any more", async () => {
  using source = createPipe();
  using target = createPipe();
  target.readable[Symbol.dispose]();
  writeAllSync(source.writable, Uint8Array.of(1));
  await pump(source.readable, target.writable);
});

Deno.test("pump() ends if the target is closed while it waits for input", async () => {
  using source = createPipe();
  using target = createPipe();
  const pumped = pump(source.readable, target.writable);
  target.writable[Symbol.dispose]();
  writeAllSync(source.writable, Uint8Array.of(1));
  await pumped;
});

/** A descriptor that its owner gives up while the first write is under way. */
class GivenUp extends Fd {
  #isGivenUp = false;

  override get number(): number {
    if (this.#isGivenUp) throw new TypeError("Descriptor is closed");
    this.#isGivenUp = true;
    return super.number;
  }

  override get isOpen(): boolean {
    return !this.#isGivenUp;
  }
}

Deno.test("pump() ends if the target is closed while it writes", async () => {
  using source = createPipe();
  using target = createPipe();
  const { number } = target.writable;
  const flags = syscall("fcntl", number, F_GETFL);
  syscall("fcntl", number, F_SETFL, flags | O_NONBLOCK);
  // Room for a part of what comes, so that there is a second write.
  writeAllSync(target.writable, new Uint8Array(60 * 1024));
  writeAllSync(source.writable, new Uint8Array(64 * 1024));
  await pump(source.readable, new GivenUp(number));
});
