/** @module */
import assert from "node:assert/strict";
import { openat } from "../../../../ffi/calls/file.ts";
import { readSync, writeAllSync } from "../../../../ffi/calls/pipe.ts";
import {
  receiveDescriptors,
  sendDescriptors,
  socketPair,
} from "../../../../ffi/calls/socket.ts";
import { AT_FDCWD, O_RDWR } from "../../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../../ffi/errno.ts";
import type { Fd } from "../../../../ffi/fd.ts";
import { syscall } from "../../../../ffi/syscall.ts";
import { isNamed, tryLock } from "../../../../lib/storage/file_lock.ts";
import { openDescriptors } from "../../../support/processes.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const F_GETFD = 1;
const FD_CLOEXEC = 1;

/** A file with ten bytes, opened. */
function openFile({ path }: TemporaryDirectory): Fd {
  Deno.writeTextFileSync(`${path}/file`, "0123456789");
  return openat(AT_FDCWD, `${path}/file`, O_RDWR);
}

function receive(socket: Fd): { content: Uint8Array; descriptor: Fd } {
  const message = receiveDescriptors(socket);
  assert.ok(message !== undefined);
  const { content, descriptors: [descriptor, ...more] } = message;
  assert.deepEqual(more, []);
  return { content, descriptor };
}

Deno.test("socketPair() connects two, both ways, close-on-exec", () => {
  const [one, other] = socketPair();
  using _one = one;
  using _other = other;
  for (const [from, to] of [[one, other], [other, one]] as const) {
    assert.equal(syscall("fcntl", from.number, F_GETFD), FD_CLOEXEC);
    writeAllSync(from, Uint8Array.of(1, 2));
    assert.equal(readSync(to, new Uint8Array(8)), 2);
  }
  other[Symbol.dispose]();
  assert.equal(readSync(one, new Uint8Array(8)), 0);
});

Deno.test("receiveDescriptors() gives the message and the same open file", () => {
  using directory = new TemporaryDirectory();
  const [one, other] = socketPair();
  using _one = one;
  using _other = other;
  using file = openFile(directory);
  const content = new TextEncoder().encode('{"id":"é"}');
  sendDescriptors(one, content, [file]);
  const message = receive(other);
  using received = message.descriptor;
  assert.deepEqual(message.content, content);
  assert.notEqual(received.number, file.number);
  assert.equal(syscall("fcntl", received.number, F_GETFD), FD_CLOEXEC);
  assert.ok(isNamed(received, `${directory.path}/file`));
  // One offset: what one has read the other does not.
  const bytes = new Uint8Array(4);
  readSync(file, bytes);
  readSync(received, bytes);
  assert.equal(new TextDecoder().decode(bytes), "4567");
});

Deno.test("sendDescriptors() hands a lock over: it lasts as long as either", () => {
  using directory = new TemporaryDirectory();
  const [one, other] = socketPair();
  using _one = one;
  using _other = other;
  using file = openFile(directory);
  using stranger = openFile(directory);
  assert.ok(tryLock(file));
  sendDescriptors(one, Uint8Array.of(0), [file]);
  file[Symbol.dispose]();
  assert.ok(!tryLock(stranger), "although nobody has received it yet");
  const { descriptor } = receive(other);
  assert.ok(tryLock(descriptor), "it is the same lock");
  assert.ok(!tryLock(stranger));
  descriptor[Symbol.dispose]();
  assert.ok(tryLock(stranger));
});

Deno.test("sendDescriptors() carries up to 4096 bytes", () => {
  const [one, other] = socketPair();
  using _one = one;
  using _other = other;
  const content = Uint8Array.from({ length: 4096 }, (_, at) => at * 7);
  sendDescriptors(one, content, [one]);
  const message = receive(other);
  using _descriptor = message.descriptor;
  assert.deepEqual(message.content, content);
});

Deno.test("sendDescriptors() sends up to four, in their order", () => {
  const before = openDescriptors();
  {
    using directory = new TemporaryDirectory();
    const [one, other] = socketPair();
    using _one = one;
    using _other = other;
    using file = openFile(directory);
    for (const sent of [[one, file], [file, one, other, file]]) {
      sendDescriptors(one, Uint8Array.of(7), sent);
      const message = receiveDescriptors(other);
      assert.deepEqual(message?.content, Uint8Array.of(7));
      const received = message?.descriptors ?? [];
      assert.equal(received.length, sent.length);
      for (const [index, fd] of received.entries()) {
        using own = fd;
        const isFile = isNamed(own, `${directory.path}/file`);
        assert.equal(isFile, sent[index] === file);
      }
    }
    for (const count of [0, 5]) {
      const fds = Array.from({ length: count }, () => file);
      const send = (): void => sendDescriptors(one, Uint8Array.of(7), fds);
      assert.throws(send, RangeError);
    }
  }
  assert.equal(openDescriptors(), before);
});

Deno.test("receiveDescriptors() tells the end, and a message without one", () => {
  const before = openDescriptors();
  {
    const [one, other] = socketPair();
    using _other = other;
    writeAllSync(one, Uint8Array.of(1));
    assert.equal(receiveDescriptors(other), undefined);
    one[Symbol.dispose]();
    assert.equal(receiveDescriptors(other), undefined);
  }
  assert.equal(openDescriptors(), before);
});

Deno.test("sendDescriptors() reports that nobody listens, by no signal", () => {
  const [one, other] = socketPair();
  using _one = one;
  other[Symbol.dispose]();
  assert.throws(
    () => sendDescriptors(one, Uint8Array.of(1), [one]),
    (error) => isSyscallError(error, "EPIPE"),
  );
});
