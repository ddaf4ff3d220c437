/**
 * File names as the archive spells them. A name is bytes, not text; it is
 * kept as a string of one character (U+0000 to U+00FF) a byte, so that it can
 * be split, compared and used as a key, and nothing of it is lost.
 *
 * @module
 */
import type { KernelPath } from "../../../ffi/calls/file.ts";

/** A string whose characters are the bytes of a name. */
export type ByteString = string & { readonly __brand: "ByteString" };

// deno-lint-ignore no-control-regex
const NOT_ASCII = /[^\x00-\x7f]/;
/** More arguments than this at once may overflow the stack. */
const MAX_ARGUMENTS = 4096;

/**
 * The bytes from `start` up to `end`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(byteString(Uint8Array.of(0x61, 0xff), 0, 2), "a\u00ff");
 * ```
 */
export function byteString(
  bytes: Uint8Array,
  start: number,
  end: number,
): ByteString {
  let text = "";
  for (let at = start; at < end; at += MAX_ARGUMENTS) {
    const part = bytes.subarray(at, Math.min(end, at + MAX_ARGUMENTS));
    text += String.fromCharCode.apply(null, part as unknown as number[]);
  }
  return text as ByteString;
}

/** The bytes of a field that ends at its first NUL, or at its width. */
export function terminatedString(
  bytes: Uint8Array,
  start: number,
  width: number,
): ByteString {
  let end = start;
  while (end < start + width && bytes[end] !== 0) end++;
  return byteString(bytes, start, end);
}

/** The bytes themselves. */
export function toBytes(name: ByteString): Uint8Array {
  const bytes = new Uint8Array(name.length);
  for (let i = 0; i < name.length; i++) bytes[i] = name.charCodeAt(i);
  return bytes;
}

/** The name as system calls take it; plain ASCII stays a string. */
export function kernelPath(name: ByteString): KernelPath {
  return NOT_ASCII.test(name) ? toBytes(name) : name;
}

/**
 * The name as a person reads it in a message: quoted, as UTF-8 where it is
 * UTF-8, with control characters escaped, shortened in the middle.
 */
export function printable(name: ByteString): string {
  const LONGEST = 120;
  const text = new TextDecoder().decode(toBytes(name));
  const short = text.length <= LONGEST
    ? text
    : `${text.slice(0, 80)}…${text.slice(-30)}`;
  return JSON.stringify(short);
}
