/** @module */
import assert from "node:assert/strict";
import { openat } from "../../../../ffi/calls/file.ts";
import { createPipe } from "../../../../ffi/calls/pipe.ts";
import {
  getTermios,
  getWindowSize,
  isTerminal,
  setTermios,
  setWindowSize,
} from "../../../../ffi/calls/terminal.ts";
import { AT_FDCWD, O_NOCTTY, O_RDWR } from "../../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../../ffi/errno.ts";
import type { Fd } from "../../../../ffi/fd.ts";
import {
  enterRawMode,
  rawTermios,
} from "../../../../lib/runtime/stdio/raw_terminal.ts";

function openPty(): Fd {
  return openat(AT_FDCWD, "/dev/ptmx", O_RDWR | O_NOCTTY);
}

Deno.test("setTermios() writes what getTermios() reads", () => {
  using pty = openPty();
  const before = getTermios(pty.number);
  assert.ok(before !== undefined);
  assert.equal(before.rest.length, 20);
  const raw = rawTermios(before);
  assert.notDeepEqual(raw, before);
  setTermios(pty.number, raw);
  assert.deepEqual(getTermios(pty.number), raw);
  setTermios(pty.number, before);
  assert.deepEqual(getTermios(pty.number), before);
});

Deno.test("enterRawMode() restores the settings at the scope's end", () => {
  using pty = openPty();
  const before = getTermios(pty.number);
  assert.ok(before !== undefined);
  {
    using _raw = enterRawMode(pty.number);
    assert.deepEqual(getTermios(pty.number), rawTermios(before));
  }
  assert.deepEqual(getTermios(pty.number), before);
});

Deno.test("setWindowSize() writes what getWindowSize() reads", () => {
  using pty = openPty();
  assert.deepEqual(getWindowSize(pty.number), { height: 0, width: 0 });
  for (const size of [{ height: 24, width: 80 }, { height: 1, width: 65535 }]) {
    setWindowSize(pty.number, size);
    assert.deepEqual(getWindowSize(pty.number), size);
  }
});

Deno.test("isTerminal() knows a terminal from a pipe", () => {
  using terminal = openPty();
  using pipe = createPipe();
  assert.ok(isTerminal(terminal.number));
  assert.ok(!isTerminal(pipe.readable.number));
});

Deno.test("getTermios() and getWindowSize() are undefined for a pipe", () => {
  using pipe = createPipe();
  assert.equal(getTermios(pipe.readable.number), undefined);
  assert.equal(getWindowSize(pipe.readable.number), undefined);
  assert.throws(
    () => setWindowSize(pipe.readable.number, { height: 1, width: 1 }),
    (error) => isSyscallError(error, "ENOTTY"),
  );
});
