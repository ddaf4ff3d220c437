/**
 * What a monitor and those attached to it say to each other: frames of a kind,
 * a length and that many bytes. Pure.
 *
 * @module
 */

import type { WindowSize } from "../../ffi/calls/terminal.ts";

/** What a frame is about, and the first byte that says so. */
export const FRAME = {
  /** To the monitor: input for the program. */
  stdin: 0,
  /** To the monitor: there is no more input. */
  endOfInput: 1,
  /** To the monitor: rows and columns, two little-endian 16-bit numbers. */
  resize: 2,
  /** From the monitor: what the program wrote. */
  stdout: 3,
  stderr: 4,
  /** From the monitor, at last: the program's status, one byte. */
  exited: 5,
} as const;

/** Name of a kind of frame. */
export type FrameKind = keyof typeof FRAME;

/** One thing said. */
export interface Frame {
  readonly kind: FrameKind;
  readonly payload: Uint8Array;
}

const HEADER_BYTES = 5;
/** Neither side says more at once. */
const MAX_PAYLOAD_BYTES = 1024 * 1024;
const LITTLE_ENDIAN = true;
const KINDS: ReadonlyMap<number, FrameKind> = new Map(
  Object.entries(FRAME).map(([kind, byte]) => [byte, kind as FrameKind]),
);

/** A frame as it goes over the socket. */
export function encodeFrame(
  { kind, payload }: Frame,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  bytes[0] = FRAME[kind];
  const view = new DataView(bytes.buffer);
  view.setUint32(1, payload.length, LITTLE_ENDIAN);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** The payload of a `resize` frame. */
export function encodeSize(
  { height, width }: WindowSize,
): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, height, LITTLE_ENDIAN);
  view.setUint16(2, width, LITTLE_ENDIAN);
  return new Uint8Array(view.buffer);
}

/** The reverse of {@linkcode encodeSize}. */
export function decodeSize(
  payload: Uint8Array,
): WindowSize {
  const view = new DataView(payload.buffer, payload.byteOffset);
  return {
    height: view.getUint16(0, LITTLE_ENDIAN),
    width: view.getUint16(2, LITTLE_ENDIAN),
  };
}

/** Finds frames in what arrives in pieces. */
export class FrameDecoder {
  #rest: Uint8Array = new Uint8Array(0);

  /**
   * Takes a piece.
   *
   * @returns The frames that are now complete; their payloads are copies.
   * @throws {RangeError} If this is no frame.
   */
  push(piece: Uint8Array): Frame[] {
    const bytes = new Uint8Array(this.#rest.length + piece.length);
    bytes.set(this.#rest);
    bytes.set(piece, this.#rest.length);
    const view = new DataView(bytes.buffer);
    const frames: Frame[] = [];
    let at = 0;
    while (bytes.length - at >= HEADER_BYTES) {
      const kind = KINDS.get(view.getUint8(at));
      const length = view.getUint32(at + 1, LITTLE_ENDIAN);
      if (kind === undefined || length > MAX_PAYLOAD_BYTES) {
        throw new RangeError("What arrived is not a frame");
      }
      const end = at + HEADER_BYTES + length;
      if (end > bytes.length) break;
      frames.push({ kind, payload: bytes.slice(at + HEADER_BYTES, end) });
      at = end;
    }
    this.#rest = bytes.slice(at);
    return frames;
  }
}
