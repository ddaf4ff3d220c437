/** @module */
import assert from "node:assert/strict";
import { createPipe } from "../../../../ffi/calls/pipe.ts";
import {
  enterRawMode,
  rawTermios,
} from "../../../../lib/runtime/stdio/raw_terminal.ts";

// Octal values of termios(3), as asm-generic/termbits.h has them.
const RAW_IFLAG = 0o1 | 0o2 | 0o10 | 0o40 | 0o100 | 0o200 | 0o400 | 0o2000;
const RAW_LFLAG = 0o1 | 0o2 | 0o10 | 0o100 | 0o100000;
const CSIZE_AND_PARENB = 0o60 | 0o400;
const ALL = 0xffff_ffff;

Deno.test("rawTermios() clears what cfmakeraw(3) clears, and no more", () => {
  const rest = Uint8Array.from({ length: 20 }, (_, index) => index + 100);
  const raw = rawTermios({
    iflag: ALL,
    oflag: ALL,
    cflag: ALL,
    lflag: ALL,
    rest,
  });
  assert.equal(raw.iflag >>> 0, (ALL & ~RAW_IFLAG) >>> 0);
  assert.equal(raw.oflag >>> 0, (ALL & ~0o1) >>> 0);
  assert.equal(raw.cflag >>> 0, ((ALL & ~CSIZE_AND_PARENB) | 0o60) >>> 0);
  assert.equal(raw.lflag >>> 0, (ALL & ~RAW_LFLAG) >>> 0);
  // c_line comes first, then c_cc with VTIME (5) and VMIN (6).
  const expected = rest.slice();
  expected[6] = 0;
  expected[7] = 1;
  assert.deepEqual(raw.rest, expected);
  assert.equal(rest[7], 107, "the original is left alone");
});

Deno.test("enterRawMode() does nothing to what is no terminal", () => {
  using pipe = createPipe();
  using _raw = enterRawMode(pipe.readable.number);
});
