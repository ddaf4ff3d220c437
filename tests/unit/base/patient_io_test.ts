import assert from "node:assert/strict";
import { createPipe } from "../../../ffi/calls/pipe.ts";
import { F_SETFL, O_NONBLOCK } from "../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import { Memory } from "../../../ffi/memory.ts";
import { syscall, syscallAsync } from "../../../ffi/syscall.ts";
import { readPatiently, writePatiently } from "../../../lib/base/patient_io.ts";

const BYTE = { offset: 0, length: 1 };

Deno.test("readPatiently() waits for something, and tells the end", async () => {
  using memory = new Memory(1);
  using text = new Memory(1);
  text.bytes[0] = 0x61;
  const pipe = createPipe();
  using readable = pipe.readable;
  syscall("fcntl", readable.number, F_SETFL, O_NONBLOCK);
  {
    using writable = pipe.writable;
    // On another thread, as this one waits.
    const written = syscallAsync("write", writable.number, text, 1);
    assert.equal(readPatiently(readable.number, memory, BYTE), 1);
    assert.equal(memory.bytes[0], 0x61);
    await written;
  }
  assert.equal(readPatiently(readable.number, memory, BYTE), 0);
});

Deno.test("writePatiently() waits for room, and says that nobody reads", async () => {
  const SIZE = 64 * 1024;
  using memory = new Memory(SIZE);
  using sink = new Memory(SIZE);
  const pipe = createPipe();
  using writable = pipe.writable;
  syscall("fcntl", writable.number, F_SETFL, O_NONBLOCK);
  {
    using readable = pipe.readable;
    const whole = { offset: 0, length: SIZE };
    assert.equal(writePatiently(writable.number, memory, whole), SIZE);
    const read = syscallAsync("read", readable.number, sink, SIZE);
    assert.ok(writePatiently(writable.number, memory, BYTE) > 0);
    await read;
  }
  assert.throws(
    () => writePatiently(writable.number, memory, BYTE),
    (error) => isSyscallError(error, "EPIPE"),
  );
});
