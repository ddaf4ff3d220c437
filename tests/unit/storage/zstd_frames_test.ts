import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import { findZstdFrames } from "../../../lib/storage/zstd_frames.ts";
import type { FileRange } from "../../../lib/storage/archive_worker.ts";
import { concat } from "../../support/tar_builder.ts";

function framesOf(bytes: Uint8Array): FileRange[] | undefined {
  return findZstdFrames(
    (offset, length) => bytes.subarray(offset, offset + length),
    bytes.length,
  );
}

function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * i * 31 + i) % 251);
}

function skippable(length: number): Uint8Array {
  const frame = new Uint8Array(8 + length);
  frame.set([0x53, 0x2a, 0x4d, 0x18, length]);
  return frame;
}

Deno.test("findZstdFrames() finds where each frame begins and ends", () => {
  const contents = [0, 1, 300, 70_000, 500_000].map(noise);
  contents.push(new Uint8Array(300_000));
  const frames = contents.map((content) => zstdCompressSync(content));
  let start = 0;
  const expected = frames.map(({ length }) => {
    start += length;
    return { start: start - length, end: start };
  });
  assert.deepEqual(framesOf(concat(...frames)), expected);
});

Deno.test("findZstdFrames() leaves out what is to be skipped", () => {
  const frame = zstdCompressSync(noise(1000));
  const bytes = concat(skippable(10), frame, skippable(0));
  assert.deepEqual(framesOf(bytes), [{ start: 18, end: 18 + frame.length }]);
});

Deno.test("findZstdFrames() refuses a file cut anywhere", () => {
  const first = zstdCompressSync(noise(3000));
  const bytes = concat(first, zstdCompressSync(noise(200)), skippable(20));
  const borders = framesOf(bytes)?.map(({ end }) => end);
  for (let length = 1; length < bytes.length; length++) {
    const cut = framesOf(bytes.subarray(0, length));
    const isBorder = borders?.includes(length);
    assert.equal(cut !== undefined, isBorder, `${length} bytes`);
  }
});

Deno.test("findZstdFrames() refuses what is behind the last frame", () => {
  const bytes = concat(zstdCompressSync(noise(10)), new Uint8Array(5).fill(7));
  assert.equal(framesOf(bytes), undefined);
});
