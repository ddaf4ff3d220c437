/** @module */
import assert from "node:assert/strict";
import {
  bytesToRead,
  createPipe,
  read,
  write,
} from "../../../ffi/calls/pipe.ts";
import { waitReadable } from "../../../ffi/calls/poll.ts";
import { Fd } from "../../../ffi/fd.ts";
import { Memory } from "../../../ffi/memory.ts";
import { syscall } from "../../../ffi/syscall.ts";
import { openDescriptors } from "../../support/processes.ts";

Deno.test("Fd.hold() keeps the number of what is closed meanwhile", () => {
  const before = openDescriptors();
  {
    using pipe = createPipe();
    const { writable } = pipe;
    const { number } = writable;
    {
      using _first = writable.hold();
      using _second = writable.hold();
      writable[Symbol.dispose]();
      writable[Symbol.dispose]();
      assert.ok(!writable.isOpen);
      assert.throws(() => writable.number, TypeError);
      assert.throws(() => writable.hold(), TypeError);
      using another = createPipe();
      const taken = [another.readable.number, another.writable.number];
      assert.ok(!taken.includes(number));
      assert.equal(openDescriptors(), before + 4);
    }
    assert.equal(openDescriptors(), before + 1);
  }
  assert.equal(openDescriptors(), before);
});

Deno.test("Fd.hold() closes nothing that is still in use", () => {
  using pipe = createPipe();
  pipe.writable.hold()[Symbol.dispose]();
  assert.ok(pipe.writable.isOpen);
});

Deno.test("write() writes to no file that gets the number meanwhile", async () => {
  using memory = new Memory(1);
  for (let time = 0; time < 50; time++) {
    using pipe = createPipe();
    const written = write(pipe.writable, memory, { offset: 0, length: 1 });
    pipe.writable[Symbol.dispose]();
    using another = createPipe();
    assert.equal(await written, 1);
    assert.equal(bytesToRead(pipe.readable), 1);
    assert.equal(bytesToRead(another.readable), 0);
  }
});

Deno.test("read() and waitReadable() let go of what is closed meanwhile", async () => {
  const before = openDescriptors();
  using memory = new Memory(1);
  {
    using pipe = createPipe();
    const waiting = waitReadable([pipe.readable], Infinity);
    const reading = read(pipe.readable, memory);
    pipe.readable[Symbol.dispose]();
    pipe.writable[Symbol.dispose]();
    assert.equal(await reading, 0);
    await waiting;
  }
  assert.equal(openDescriptors(), before);
});

Deno.test("Fd.raise() leaves the numbers that a child is given", () => {
  const STDIN = 0;
  using pipe = createPipe();
  const before = openDescriptors();
  {
    using input = new Fd(STDIN).duplicate();
    const { number } = input;
    input.raise();
    assert.ok(number < 10 || input.number === number, "clear as it was");
    using saved = input.duplicate();
    // As a process has it that was started without standard input.
    syscall("dup3", pipe.readable.number, STDIN, 0);
    const low = new Fd(STDIN);
    try {
      low.raise();
      assert.ok(low.number >= 10);
      assert.equal(Deno.statSync(low.path).ino, inode(pipe.readable));
      assert.throws(() => Deno.statSync(`/proc/self/fd/${STDIN}`));
    } finally {
      low[Symbol.dispose]();
      syscall("dup3", saved.number, STDIN, 0);
    }
  }
  assert.equal(openDescriptors(), before);
});

function inode(fd: Fd): number | null {
  return Deno.statSync(fd.path).ino;
}
