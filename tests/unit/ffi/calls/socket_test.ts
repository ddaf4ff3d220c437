/** @module */
import assert from "node:assert/strict";
import { openat } from "../../../../ffi/calls/file.ts";
import { readSync, writeAllSync } from "../../../../ffi/calls/pipe.ts";
import {
  receiveDescriptor,
  sendDescriptor,
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
  const message = receiveDescriptor(socket);
  assert.ok(message !== undefined);
  return message;
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

Deno.test("receiveDescriptor() gives the message and the same open file", () => {
  using directory = new TemporaryDirectory();
  const [one, other] = socketPair();
  using _one = one;
  using _other = other;
  using file = openFile(directory);
  const content = new TextEncoder().encode('{"id":"é"}');
  sendDescriptor(one, content, file);
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

Deno.test("sendDescriptor() hands a lock over: it lasts as long as either", () => {
  using directory = new TemporaryDirectory();
  const [one, other] = socketPair();
  using _one = one;
  using _other = other;
  using file = openFile(directory);
  using stranger = openFile(directory);
  assert.ok(tryLock(file));
  sendDescriptor(one, Uint8Array.of(0), file);
  file[Symbol.dispose]();
  assert.ok(!tryLock(stranger), "although nobody has received it yet");
  const { descriptor } = receive(other);
  assert.ok(tryLock(descriptor), "it is the same lock");
  assert.ok(!tryLock(stranger));
  descriptor[Symbol.dispose]();
  assert.ok(tryLock(stranger));
});

Deno.test("sendDescriptor() carries up to 4096 bytes", () => {
  const [one, other] = socketPair();
  using _one = one;
  using _other = other;
  const content = Uint8Array.from({ length: 4096 }, (_, at) => at * 7);
  sendDescriptor(one, content, one);
  const message = receive(other);
  using _descriptor = message.descriptor;
  assert.deepEqual(message.content, content);
});

Deno.test("receiveDescriptor() tells the end, and a message without one", () => {
  const before = openDescriptors();
  {
    const [one, other] = socketPair();
    using _other = other;
    writeAllSync(one, Uint8Array.of(1));
    assert.equal(receiveDescriptor(other), undefined);
    one[Symbol.dispose]();
    assert.equal(receiveDescriptor(other), undefined);
  }
  assert.equal(openDescriptors(), before);
});

Deno.test("sendDescriptor() reports that nobody listens, by no signal", () => {
  const [one, other] = socketPair();
  using _one = one;
  other[Symbol.dispose]();
  assert.throws(
    () => sendDescriptor(one, Uint8Array.of(1), one),
    (error) => isSyscallError(error, "EPIPE"),
  );
});
