/**
 * What a file is that was taken for an archive, for a helpful message.
 *
 * @module
 */

const SIGNATURES: readonly (readonly [string, string])[] = [
  ["\x7fELF", "an ELF program"],
  ["PK\x03\x04", "a zip archive"],
  ["hsqs", "a squashfs image"],
  ["!<arch>", "an ar archive or Debian package"],
  ["070701", "a cpio archive"],
  ["#!", "a script"],
];

/**
 * Names the kind of content a file begins with, as a phrase.
 *
 * @param head The first bytes, at least a few hundred if there are.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const program = new TextEncoder().encode("\x7fELF…");
 * assert.equal(guessContent(program), "an ELF program");
 * ```
 */
export function guessContent(head: Uint8Array): string {
  const start = String.fromCharCode(...head.subarray(0, 512));
  for (const [signature, kind] of SIGNATURES) {
    if (start.startsWith(signature)) return kind;
  }
  return /^[\t\n\r\x20-\x7e]+$/.test(start) ? "a text file" : "something else";
}
