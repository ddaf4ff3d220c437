/**
 * What the new process tells its launcher before it becomes the program. The
 * re-invoked init writes one frame for a step that failed, one for every step
 * when tracing, and one just before it becomes the init program, which adds four
 * bytes if it cannot execute the program. The pipe closes by itself if it can.
 *
 * @module
 */
import { LITTLE_ENDIAN } from "../../../ffi/endian.ts";

/** What one step did. */
export interface StatusFrame {
  readonly index: number;
  /** The kernel's result, or a negated error number. */
  readonly result: number;
  readonly ms: number;
}

/** Everything the pipe said. */
export interface Status {
  readonly frames: readonly StatusFrame[];
  /** Why the init program could not execute the program, if it could not. */
  readonly initErrno: number | undefined;
}

const FRAME_BYTES = 24;
const ERRNO_BYTES = 4;

/** A frame as it travels: index, result and milliseconds, little-endian. */
export function encodeFrame(frame: StatusFrame): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(FRAME_BYTES));
  view.setUint32(0, frame.index, LITTLE_ENDIAN);
  view.setFloat64(8, frame.result, LITTLE_ENDIAN);
  view.setFloat64(16, frame.ms, LITTLE_ENDIAN);
  return new Uint8Array(view.buffer);
}

/**
 * Reads back what came through the pipe until it closed.
 *
 * @throws {RangeError} If it is no whole number of frames.
 */
export function decodeStatus(bytes: Uint8Array): Status {
  const count = Math.floor(bytes.length / FRAME_BYTES);
  const rest = bytes.length % FRAME_BYTES;
  if (rest !== 0 && rest !== ERRNO_BYTES) {
    throw new RangeError(`The new process reported ${bytes.length} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const frames = Array.from({ length: count }, (_, number): StatusFrame => {
    const offset = number * FRAME_BYTES;
    return {
      index: view.getUint32(offset, LITTLE_ENDIAN),
      result: view.getFloat64(offset + 8, LITTLE_ENDIAN),
      ms: view.getFloat64(offset + 16, LITTLE_ENDIAN),
    };
  });
  return {
    frames,
    initErrno: rest === ERRNO_BYTES
      ? view.getUint32(count * FRAME_BYTES, LITTLE_ENDIAN)
      : undefined,
  };
}
