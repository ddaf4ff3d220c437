/** @module */
import assert from "node:assert/strict";
import { createPipe, makeInheritable } from "../../../../ffi/calls/pipe.ts";
import {
  isInheritable,
  overwriteMemory,
  replaceDescriptor,
  setParentDeathSignal,
} from "../../../../ffi/calls/own_process.ts";
import { O_CLOEXEC } from "../../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../../ffi/errno.ts";
import { Memory } from "../../../../ffi/memory.ts";
import { syscall } from "../../../../ffi/syscall.ts";

Deno.test("setParentDeathSignal() sets the signal, and takes it back", () => {
  const PR_GET_PDEATHSIG = 2;
  const current = (): number => {
    const bytes = new Uint8Array(4);
    syscall("prctl", PR_GET_PDEATHSIG, bytes);
    return bytes[0] ?? -1;
  };
  for (const signal of [9, 0]) {
    setParentDeathSignal(signal);
    assert.equal(current(), signal);
  }
});

Deno.test("isInheritable() tells what survives an execve(2)", () => {
  using pipe = createPipe();
  const { number } = pipe.readable;
  assert.ok(!isInheritable(number));
  makeInheritable(number);
  assert.ok(isInheritable(number));
  assert.ok(!isInheritable(1_000_000), "it is not open");
});

Deno.test("replaceDescriptor() closes what was there", () => {
  using one = createPipe();
  using other = createPipe();
  replaceDescriptor(one.writable.number, other.writable, O_CLOEXEC);
  assert.ok(!isInheritable(one.writable.number));
  assert.equal(syscall("read", one.readable.number, new Uint8Array(1), 1), 0);
});

Deno.test("overwriteMemory() writes where it is told, or refuses", () => {
  using memory = new Memory(16);
  overwriteMemory(BigInt(memory.address + 4), Uint8Array.of(1, 2, 3));
  assert.deepEqual([...memory.bytes.subarray(3, 8)], [0, 1, 2, 3, 0]);
  assert.throws(
    () => overwriteMemory(8n, Uint8Array.of(1)),
    (error) => isSyscallError(error, "EIO"),
  );
});
