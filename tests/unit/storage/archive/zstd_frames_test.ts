import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import { splitZstdFrames } from "../../../../lib/storage/archive/zstd_frames.ts";
import { concat } from "../../../support/tar_builder.ts";

/** The frames of a stream that comes in pieces of a size. */
async function framesOf(
  bytes: Uint8Array,
  pieceBytes = 1000,
): Promise<Uint8Array[]> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      yield await Promise.resolve(bytes.subarray(at, at + pieceBytes));
    }
  }
  const frames: Uint8Array[] = [];
  for await (const frame of splitZstdFrames(pieces())) {
    frames.push(concat(...await Array.fromAsync(frame)));
  }
  return frames;
}

function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * i * 31 + i) % 251);
}

function skippable(length: number): Uint8Array {
  const frame = new Uint8Array(8 + length);
  frame.set([0x53, 0x2a, 0x4d, 0x18, length]);
  return frame;
}

Deno.test("splitZstdFrames() finds where each frame begins and ends", async () => {
  const contents = [0, 1, 300, 70_000, 500_000].map(noise);
  contents.push(new Uint8Array(300_000));
  const frames = contents.map((content) =>
    Uint8Array.from(zstdCompressSync(content))
  );
  for (const pieceBytes of [7, 1000, 10_000_000]) {
    assert.deepEqual(await framesOf(concat(...frames), pieceBytes), frames);
  }
});

Deno.test("splitZstdFrames() leaves out what is to be skipped", async () => {
  const frame = Uint8Array.from(zstdCompressSync(noise(1000)));
  const bytes = concat(skippable(10), frame, skippable(0));
  assert.deepEqual(await framesOf(bytes, 3), [frame]);
});

Deno.test("splitZstdFrames() refuses a stream cut anywhere", async () => {
  const parts = [
    zstdCompressSync(noise(3000)),
    zstdCompressSync(noise(200)),
    skippable(20),
  ];
  const bytes = concat(...parts);
  const borders = parts.map((_, i) => concat(...parts.slice(0, i + 1)).length);
  for (let length = 1; length < bytes.length; length++) {
    const cut = framesOf(bytes.subarray(0, length));
    if (borders.includes(length)) await cut;
    else await assert.rejects(cut, /^Error: unexpected end of file$/);
  }
});

Deno.test("splitZstdFrames() refuses what is behind the last frame", async () => {
  const bytes = concat(zstdCompressSync(noise(10)), new Uint8Array(5).fill(7));
  await assert.rejects(framesOf(bytes), /something else follows it/);
});
