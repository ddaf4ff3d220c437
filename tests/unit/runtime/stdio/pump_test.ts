/** @module */
import assert from "node:assert/strict";
import {
  bytesToRead,
  createPipe,
  hasRoom,
  makeInheritable,
  read,
  writeAllSync,
} from "../../../../ffi/calls/pipe.ts";
import { openat } from "../../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  F_GETFL,
  F_SETFL,
  O_NOCTTY,
  O_NONBLOCK,
  O_RDWR,
} from "../../../../ffi/constants/fcntl.ts";
import { IOCTLS } from "../../../../ffi/constants/ioctls.ts";
import { AF } from "../../../../ffi/constants/socket.ts";
import { Fd } from "../../../../ffi/fd.ts";
import { Memory } from "../../../../ffi/memory.ts";
import { syscall } from "../../../../ffi/syscall.ts";
import {
  drainInto,
  pump,
  type PumpProgress,
  writeAll,
  writeAtOnce,
} from "../../../../lib/runtime/stdio/pump.ts";
import { enterRawMode } from "../../../../lib/runtime/stdio/raw_terminal.ts";

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

Deno.test("pump() shows what it read before it is written", async () => {
  using source = createPipe();
  using target = createPipe();
  writeAllSync(source.writable, Uint8Array.of(1, 2, 3));
  source.writable[Symbol.dispose]();
  const seen: number[][] = [];
  await pump(source.readable, target.writable, {
    tee(bytes): void {
      assert.equal(bytesToRead(target.readable), 0);
      seen.push([...bytes]);
    },
  });
  assert.deepEqual(seen, [[1, 2, 3]]);
  assert.equal(bytesToRead(target.readable), 3);
});

Deno.test("drainInto() waits for its consumer, and tells what it does", async () => {
  using source = createPipe();
  writeAllSync(source.writable, Uint8Array.of(1, 2));
  const progress: PumpProgress = { isReading: false };
  const arrived = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const consume = async (
    { bytes }: Memory,
    length: number,
  ): Promise<"more"> => {
    assert.deepEqual([...bytes.subarray(0, length)], [1, 2]);
    arrived.resolve();
    await gate.promise;
    return "more";
  };
  const drained = drainInto(source.readable, consume, { progress });
  assert.ok(progress.isReading);
  await arrived.promise;
  assert.ok(!progress.isReading);
  source.writable[Symbol.dispose]();
  gate.resolve();
  await drained;
  assert.ok(!progress.isReading);
  assert.ok(source.readable.isOpen, "it stays the caller's");
});

Deno.test("drainInto() leaves the rest when its consumer has had enough", async () => {
  using source = createPipe();
  const LENGTH = 64 * 1024;
  writeAllSync(source.writable, new Uint8Array(LENGTH));
  await drainInto(source.readable, () => "enough");
  writeAllSync(source.writable, Uint8Array.of(9));
  assert.equal(bytesToRead(source.readable), 1);
});

Deno.test("drainInto() passes on what its consumer throws", async () => {
  using source = createPipe();
  writeAllSync(source.writable, Uint8Array.of(1));
  const failing = drainInto(source.readable, () => {
    throw new RangeError("no frame");
  });
  await assert.rejects(failing, RangeError);
});

Deno.test("writeAll() writes more than a pipe holds, and its memory", async () => {
  using target = createPipe();
  const bytes = Uint8Array.from({ length: 200_001 }, (_, at) => at * 7);
  const written = writeAll(target.writable, bytes).then(() =>
    target.writable[Symbol.dispose]()
  );
  const received: number[] = [];
  await drainInto(target.readable, (memory, length) => {
    for (const byte of memory.bytes.subarray(0, length)) received.push(byte);
    return "more";
  });
  await written;
  assert.deepEqual(Uint8Array.from(received), bytes);
});

Deno.test("writeAll() writes nothing to nobody, without complaint", async () => {
  using target = createPipe();
  await writeAll(target.writable, new Uint8Array(0));
  assert.equal(bytesToRead(target.readable), 0);
  target.readable[Symbol.dispose]();
  await writeAll(target.writable, new Uint8Array(200_000));
});

function openPty(): Fd {
  return openat(AT_FDCWD, "/dev/ptmx", O_RDWR | O_NOCTTY);
}

function openPeer({ number }: Fd): Fd {
  syscall("ioctl", number, IOCTLS.TIOCSPTLCK, new Uint8Array(4));
  const flags = O_RDWR | O_NOCTTY;
  return new Fd(syscall("ioctl", number, IOCTLS.TIOCGPTPEER, flags));
}

Deno.test("writeAll() writes keys to a terminal that takes no more once it does", async () => {
  using terminal = openPty();
  using _raw = enterRawMode(terminal.number);
  using peer = openPeer(terminal);
  // As slow as it gets: nobody reads, so that there is no room in the end.
  const keys = Array.from({ length: 2000 }, (_, at) => at % 251);
  const piece = Uint8Array.from({ length: 100 }, (_, at) => at);
  let written = 0;
  const writing = (async (): Promise<void> => {
    await writeAll(terminal, Uint8Array.from(keys));
    for (; written < 1000; written++) await writeAll(terminal, piece);
  })();
  while (hasRoom(terminal)) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.ok(written < 1000, "it waits");
  const expected = [...keys, ...Array.from({ length: 1000 }, () => [...piece])]
    .flat();
  const received: number[] = [];
  await drainInto(peer, ({ bytes }, length) => {
    received.push(...bytes.subarray(0, length));
    return received.length < expected.length ? "more" : "enough";
  });
  await writing;
  assert.deepEqual(received, expected);
});

Deno.test("writeAtOnce() writes what a pipe takes, and gives the rest back", () => {
  using pipe = createPipe();
  const bytes = Uint8Array.from({ length: 5000 }, (_, at) => at);
  assert.deepEqual(writeAtOnce(pipe.writable, bytes), bytes.subarray(4096));
  assert.equal(bytesToRead(pipe.readable), 4096);
  while (hasRoom(pipe.writable)) {
    writeAllSync(pipe.writable, new Uint8Array(4096));
  }
  // It would wait for ever otherwise.
  assert.equal(writeAtOnce(pipe.writable, bytes), bytes);
});

Deno.test("writeAtOnce() gives all back that nobody reads", () => {
  using pipe = createPipe();
  pipe.readable[Symbol.dispose]();
  const bytes = new Uint8Array(10);
  assert.equal(writeAtOnce(pipe.writable, bytes).length, 10);
});

Deno.test("writeAtOnce() writes no more to a terminal than it takes", () => {
  using terminal = openPty();
  using _raw = enterRawMode(terminal.number);
  using _peer = openPeer(terminal);
  assert.equal(writeAtOnce(terminal, new Uint8Array(300)).length, 300 - 256);
});

Deno.test("writeAtOnce() leaves a socket to others, which may take next to nothing", () => {
  const SOCK_STREAM = 1;
  const ends = new Int32Array(2);
  syscall(
    "socketpair",
    AF.AF_UNIX,
    SOCK_STREAM,
    0,
    new Uint8Array(ends.buffer),
  );
  const [one = -1, other = -1] = ends;
  using socket = new Fd(one);
  using _peer = new Fd(other);
  assert.equal(writeAtOnce(socket, new Uint8Array(3)).length, 3);
});

Deno.test("pump() writes what was read before, then what it reads", async () => {
  using source = createPipe();
  using target = createPipe();
  writeAllSync(source.writable, Uint8Array.of(3, 4));
  source.writable[Symbol.dispose]();
  const first = Uint8Array.of(1, 2);
  await pump(source.readable, target.writable, { first });
  using memory = new Memory(10);
  assert.equal(await read(target.readable, memory), 4);
  assert.deepEqual([...memory.bytes.subarray(0, 4)], [1, 2, 3, 4]);
});

Deno.test("pump() ends if nobody reads what was read before", async () => {
  using source = createPipe();
  using target = createPipe();
  target.readable[Symbol.dispose]();
  await pump(source.readable, target.writable, { first: Uint8Array.of(1) });
});
