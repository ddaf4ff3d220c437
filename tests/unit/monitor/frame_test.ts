/** @module */
import assert from "node:assert/strict";
import {
  decodeSize,
  encodeFrame,
  encodeSize,
  FRAME,
  type Frame,
  FrameDecoder,
  type FrameKind,
} from "../../../lib/monitor/frame.ts";

const FRAMES: readonly Frame[] = [
  { kind: "stdin", payload: Uint8Array.of(1, 2, 3) },
  { kind: "endOfInput", payload: new Uint8Array(0) },
  { kind: "stdout", payload: Uint8Array.of(0, 255, 10) },
  { kind: "exited", payload: Uint8Array.of(137) },
];

function join(frames: readonly Frame[]): Uint8Array {
  return Uint8Array.from(frames.flatMap((frame) => [...encodeFrame(frame)]));
}

Deno.test("encodeFrame() writes kind, length and payload", () => {
  const payload = new Uint8Array(258).fill(7);
  const bytes = encodeFrame({ kind: "stderr", payload });
  assert.deepEqual([...bytes.subarray(0, 6)], [4, 2, 1, 0, 0, 7]);
  assert.equal(bytes.length, 5 + 258);
  const empty = encodeFrame({ kind: "endOfInput", payload: new Uint8Array(0) });
  assert.deepEqual([...empty], [1, 0, 0, 0, 0]);
});

Deno.test("FRAME gives each kind a byte of its own", () => {
  const kinds = Object.keys(FRAME) as FrameKind[];
  assert.equal(new Set(Object.values(FRAME)).size, kinds.length);
  for (const kind of kinds) {
    const payload = Uint8Array.of(9);
    const [frame] = new FrameDecoder().push(encodeFrame({ kind, payload }));
    assert.deepEqual(frame, { kind, payload });
  }
});

Deno.test("FrameDecoder finds the same frames however they are cut", () => {
  const bytes = join(FRAMES);
  for (let size = 1; size <= bytes.length; size++) {
    const decoder = new FrameDecoder();
    const found: Frame[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      found.push(...decoder.push(bytes.subarray(at, at + size)));
    }
    assert.deepEqual(found, FRAMES, `pieces of ${size}`);
  }
});

Deno.test("FrameDecoder gives copies: its source may be used again", () => {
  const bytes = encodeFrame({ kind: "stdin", payload: Uint8Array.of(1, 2) });
  const decoder = new FrameDecoder();
  assert.deepEqual(decoder.push(bytes.subarray(0, 6)), []);
  const rest = bytes.slice(6);
  bytes.fill(99);
  const frames = decoder.push(rest);
  rest.fill(99);
  assert.deepEqual(frames, [{ kind: "stdin", payload: Uint8Array.of(1, 2) }]);
});

Deno.test("FrameDecoder takes a megabyte, and refuses what is no frame", () => {
  const MIB = 1024 ** 2;
  const payload = new Uint8Array(MIB).fill(5);
  const [frame] = new FrameDecoder().push(
    encodeFrame({ kind: "stdout", payload }),
  );
  assert.equal(frame?.payload.length, MIB);
  for (
    const bytes of [
      encodeFrame({ kind: "stdin", payload: new Uint8Array(MIB + 1) }),
      Uint8Array.of(6, 0, 0, 0, 0),
      Uint8Array.of(0, 255, 255, 255, 255),
      new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"),
    ]
  ) {
    assert.throws(() => new FrameDecoder().push(bytes), {
      name: "RangeError",
      message: "What arrived is not a frame",
    });
  }
});

Deno.test("decodeSize() reverses encodeSize()", () => {
  const size = { height: 24, width: 65_535 };
  assert.deepEqual([...encodeSize(size)], [24, 0, 255, 255]);
  assert.deepEqual(decodeSize(encodeSize(size)), size);
  const within = Uint8Array.of(9, ...encodeSize(size)).subarray(1);
  assert.deepEqual(decodeSize(within), size);
  assert.throws(() => decodeSize(Uint8Array.of(1, 2, 3)), RangeError);
});
