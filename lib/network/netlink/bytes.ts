/**
 * Numbers and text as netlink carries them: numbers mostly in the machine's
 * byte order, in the network's where nf_tables and addresses are concerned.
 * Pure.
 *
 * @module
 */
import { LITTLE_ENDIAN } from "../../../ffi/endian.ts";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** The bytes of several pieces, one after the other. */
export function concat(...pieces: readonly Uint8Array[]): Uint8Array {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** A byte. */
export function u8(value: number): Uint8Array {
  return new Uint8Array([value]);
}

/** 16 bits, in the machine's order. */
export function u16(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(2));
  view.setUint16(0, value, LITTLE_ENDIAN);
  return new Uint8Array(view.buffer);
}

/** 32 bits, in the machine's order; a negative number in two's complement. */
export function u32(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value, LITTLE_ENDIAN);
  return new Uint8Array(view.buffer);
}

/** 16 bits, in the network's order. */
export function be16(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(2));
  view.setUint16(0, value);
  return new Uint8Array(view.buffer);
}

/** 32 bits, in the network's order; a negative number in two's complement. */
export function be32(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value);
  return new Uint8Array(view.buffer);
}

/** 64 bits, in the network's order. */
export function be64(value: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value);
  return new Uint8Array(view.buffer);
}

/** Text with the NUL that ends it. */
export function text(value: string): Uint8Array {
  return ENCODER.encode(`${value}\0`);
}

/** Text up to its NUL, or all of it. */
export function readText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return DECODER.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** A view of the same bytes, for numbers. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Reads 32 bits in the machine's order. */
export function readU32(bytes: Uint8Array): number {
  return viewOf(bytes).getUint32(0, LITTLE_ENDIAN);
}

/** Reads 32 bits in the network's order. */
export function readBe32(bytes: Uint8Array): number {
  return viewOf(bytes).getUint32(0);
}

/** Reads 64 bits in the network's order. */
export function readBe64(bytes: Uint8Array): bigint {
  return viewOf(bytes).getBigUint64(0);
}
