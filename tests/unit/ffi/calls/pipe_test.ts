/** @module */
import assert from "node:assert/strict";
import {
  bytesToRead,
  createPipe,
  hasRoom,
  isHungUp,
  makeAllUninheritable,
  makeInheritable,
  read,
  readAllSync,
  readReady,
  readSync,
  write,
  writeAllSync,
  writeReady,
} from "../../../../ffi/calls/pipe.ts";
import { isSyscallError } from "../../../../ffi/errno.ts";
import type { Fd } from "../../../../ffi/fd.ts";
import { Memory } from "../../../../ffi/memory.ts";
import { syscall } from "../../../../ffi/syscall.ts";
import { openDescriptors } from "../../../support/processes.ts";

const F_GETFD = 1;
const FD_CLOEXEC = 1;

Deno.test("createPipe() numbers its ends 10 or more, close-on-exec", () => {
  using pipe = createPipe();
  for (const { number } of [pipe.readable, pipe.writable]) {
    assert.ok(number >= 10, `${number}`);
    assert.equal(syscall("fcntl", number, F_GETFD), FD_CLOEXEC);
  }
});

Deno.test("createPipe() leaves open what it returns, until disposed", () => {
  const before = openDescriptors();
  {
    using pipe = createPipe();
    assert.equal(openDescriptors(), before + 2);
    pipe.writable[Symbol.dispose]();
  }
  assert.equal(openDescriptors(), before);
});

Deno.test("makeInheritable() takes close-on-exec away from one end", () => {
  using pipe = createPipe();
  makeInheritable(pipe.readable.number);
  assert.equal(syscall("fcntl", pipe.readable.number, F_GETFD), 0);
  assert.equal(syscall("fcntl", pipe.writable.number, F_GETFD), FD_CLOEXEC);
});

Deno.test("makeInheritable() gives a child the descriptor by its number", async () => {
  using pipe = createPipe();
  writeAllSync(pipe.writable, new TextEncoder().encode("through the pipe"));
  pipe.writable[Symbol.dispose]();
  const { number } = pipe.readable;
  const cat = (): Promise<Deno.CommandOutput> =>
    new Deno.Command("cat", { args: [`/proc/self/fd/${number}`] }).output();
  assert.ok(!(await cat()).success);
  makeInheritable(number);
  const { stdout } = await cat();
  assert.equal(new TextDecoder().decode(stdout), "through the pipe");
});

Deno.test("makeAllUninheritable() takes back what could be inherited", () => {
  using pipe = createPipe();
  makeInheritable(pipe.readable.number);
  makeAllUninheritable();
  assert.equal(syscall("fcntl", pipe.readable.number, F_GETFD), FD_CLOEXEC);
  assert.equal(syscall("fcntl", 2, F_GETFD), 0);
});

Deno.test("readSync() returns what is there, and 0 at the end", () => {
  using pipe = createPipe();
  writeAllSync(pipe.writable, Uint8Array.of(0, 255, 10));
  const buffer = new Uint8Array(16);
  assert.equal(readSync(pipe.readable, buffer), 3);
  assert.deepEqual([...buffer.subarray(0, 4)], [0, 255, 10, 0]);
  pipe.writable[Symbol.dispose]();
  assert.equal(readSync(pipe.readable, buffer), 0);
});

Deno.test("readAllSync() gathers more than a pipe holds, to the last byte", async () => {
  using pipe = createPipe();
  makeInheritable(pipe.writable.number);
  const { number } = pipe.writable;
  const writer = new Deno.Command("dd", {
    args: [
      "if=/dev/zero",
      `of=/proc/self/fd/${number}`,
      "bs=1000",
      "count=999",
    ],
    stdin: "null",
    stderr: "null",
  }).spawn();
  pipe.writable[Symbol.dispose]();
  const bytes = readAllSync(pipe.readable);
  assert.equal(bytes.length, 999_000);
  assert.ok(bytes.every((byte) => byte === 0));
  assert.ok((await writer.status).success);
});

Deno.test("writeAllSync() reports a pipe that nobody reads", () => {
  using pipe = createPipe();
  pipe.readable[Symbol.dispose]();
  assert.throws(
    () => writeAllSync(pipe.writable, Uint8Array.of(1)),
    (error) => isSyscallError(error, "EPIPE"),
  );
  writeAllSync(pipe.writable, new Uint8Array());
});

Deno.test("read() and write() carry a range of memory, off the main thread", async () => {
  using pipe = createPipe();
  using source = new Memory(4096);
  using target = new Memory(4096);
  source.bytes.set([1, 2, 3, 4, 5]);
  const pending = read(pipe.readable, target);
  assert.equal(await write(pipe.writable, source, { offset: 1, length: 3 }), 3);
  assert.equal(await pending, 3);
  assert.deepEqual([...target.bytes.subarray(0, 4)], [2, 3, 4, 0]);
});

Deno.test("read() returns 0 at the end, write() -1 when nobody reads", async () => {
  using pipe = createPipe();
  using memory = new Memory(4096);
  const pending = read(pipe.readable, memory);
  pipe.writable[Symbol.dispose]();
  assert.equal(await pending, 0);
  using broken = createPipe();
  broken.readable[Symbol.dispose]();
  const range = { offset: 0, length: 1 };
  assert.equal(await write(broken.writable, memory, range), -1);
});

Deno.test("read() waits for what a non-blocking descriptor will have", async () => {
  using pipe = createPipe();
  using memory = new Memory(4096);
  makeNonBlocking(pipe.readable);
  const pending = read(pipe.readable, memory);
  writeAllSync(pipe.writable, new Uint8Array([1, 2, 3]));
  assert.equal(await pending, 3);
  pipe.writable[Symbol.dispose]();
  assert.equal(await read(pipe.readable, memory), 0, "the end is the end");
});

Deno.test("write() waits for room in a non-blocking descriptor", async () => {
  using pipe = createPipe();
  using memory = new Memory(64 * 1024);
  makeNonBlocking(pipe.writable);
  const whole = { offset: 0, length: memory.bytes.length };
  assert.equal(await write(pipe.writable, memory, whole), whole.length);
  const pending = write(pipe.writable, memory, { offset: 0, length: 5 });
  readSync(pipe.readable, new Uint8Array(whole.length));
  assert.equal(await pending, 5);
  pipe.readable[Symbol.dispose]();
  assert.equal(await write(pipe.writable, memory, whole), -1, "nobody reads");
});

Deno.test("isHungUp() says when nobody can write any more", () => {
  using pipe = createPipe();
  assert.ok(!isHungUp(pipe.readable));
  writeAllSync(pipe.writable, new Uint8Array(7));
  assert.ok(!isHungUp(pipe.readable));
  pipe.writable[Symbol.dispose]();
  assert.ok(isHungUp(pipe.readable), "although there is something to read");
  readAllSync(pipe.readable);
  assert.ok(isHungUp(pipe.readable));
});

Deno.test("hasRoom() says whether a pipe takes more, from anybody", () => {
  using pipe = createPipe();
  assert.ok(hasRoom(pipe.writable));
  writeAllSync(pipe.writable, new Uint8Array(64 * 1024));
  assert.ok(!hasRoom(pipe.writable));
  readSync(pipe.readable, new Uint8Array(64 * 1024));
  assert.ok(hasRoom(pipe.writable));
  pipe.readable[Symbol.dispose]();
  assert.ok(!hasRoom(pipe.writable), "nobody reads");
});

Deno.test("writeReady() and readReady() tell how much, and that they failed", () => {
  using pipe = createPipe();
  using memory = new Memory(8);
  assert.equal(writeReady(pipe.writable, Uint8Array.of(1, 2, 3)), 3);
  assert.equal(readReady(pipe.readable, memory), 3);
  assert.deepEqual([...memory.bytes.subarray(0, 3)], [1, 2, 3]);
  assert.ok(readReady(pipe.writable, memory) < 0);
  assert.ok(writeReady(pipe.readable, Uint8Array.of(1)) < 0);
  pipe.writable[Symbol.dispose]();
  assert.equal(readReady(pipe.readable, memory), 0);
});

Deno.test("bytesToRead() counts what a pipe holds", () => {
  using pipe = createPipe();
  assert.equal(bytesToRead(pipe.readable), 0);
  writeAllSync(pipe.writable, new Uint8Array(7));
  assert.equal(bytesToRead(pipe.readable), 7);
});

function makeNonBlocking(fd: Fd): void {
  const F_SETFL = 4;
  const O_NONBLOCK = 0x800;
  syscall("fcntl", fd.number, F_SETFL, O_NONBLOCK);
}
