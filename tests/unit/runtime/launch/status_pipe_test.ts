/** @module */
import assert from "node:assert/strict";
import {
  decodeStatus,
  encodeFrame,
  type StatusFrame,
} from "../../../../lib/runtime/launch/status_pipe.ts";

const FRAMES: readonly StatusFrame[] = [
  { index: 0, result: 0, ms: 0.25 },
  { index: 1, result: -2, ms: 12.5 },
  { index: 0xffff_ffff, result: Number.MAX_SAFE_INTEGER, ms: 0 },
];
const BYTES = new Uint8Array(
  FRAMES.flatMap((frame) => [...encodeFrame(frame)]),
);

Deno.test("encodeFrame() makes frames of one size, little-endian", () => {
  const bytes = encodeFrame({ index: 258, result: 1, ms: 0 });
  assert.deepEqual([...bytes.subarray(0, 8)], [2, 1, 0, 0, 0, 0, 0, 0]);
  assert.equal(bytes.length, 24);
  assert.equal(BYTES.length, 72);
});

Deno.test("decodeStatus() reads back what encodeFrame() wrote", () => {
  assert.deepEqual(decodeStatus(BYTES), {
    frames: FRAMES,
    initErrno: undefined,
  });
  assert.deepEqual(decodeStatus(new Uint8Array()), {
    frames: [],
    initErrno: undefined,
  });
});

Deno.test("decodeStatus() takes four bytes more for the init's errno", () => {
  const errno = [2, 0, 0, 0];
  assert.deepEqual(decodeStatus(Uint8Array.from(errno)), {
    frames: [],
    initErrno: 2,
  });
  assert.deepEqual(decodeStatus(Uint8Array.from([...BYTES, ...errno])), {
    frames: FRAMES,
    initErrno: 2,
  });
});

Deno.test("decodeStatus() reads bytes from the middle of a buffer", () => {
  const { buffer } = Uint8Array.from([9, 9, 9, ...BYTES, 9]);
  const { frames } = decodeStatus(new Uint8Array(buffer, 3, BYTES.length));
  assert.deepEqual(frames, FRAMES);
});

Deno.test("decodeStatus() refuses a report cut short", () => {
  for (let length = 0; length <= BYTES.length; length++) {
    const rest = length % 24;
    const cut = (): unknown => decodeStatus(BYTES.subarray(0, length));
    if (rest === 0 || rest === 4) assert.doesNotThrow(cut);
    else {assert.throws(
        cut,
        RangeError(`The new process reported ${length} bytes`),
      );}
  }
});
