/**
 * How an archive is packed, by its first bytes. It runs in a worker that gets
 * its text, too, so it names nothing of this file.
 *
 * @module
 */

/** How an archive is packed. */
export type Compression = "none" | "gzip" | "zstd" | "xz";

/** What archives are packed with, known by sight but not read. */
export type UnknownCompression = "bzip2" | "lz4";

/** How many bytes tell. */
export const MAGIC_BYTES = 6;

/**
 * Tells by the first bytes how an archive is packed.
 *
 * @param head As many as {@linkcode MAGIC_BYTES}, if there are.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(detectCompression(Uint8Array.of(0x1f, 0x8b, 8)), "gzip");
 * assert.equal(detectCompression(new Uint8Array(6)), "none");
 * ```
 */
export function detectCompression(
  head: Uint8Array,
): Compression | UnknownCompression {
  const magic = String.fromCharCode(...head.subarray(0, 6));
  if (magic.startsWith("\x1f\x8b")) return "gzip";
  if (magic.startsWith("\x28\xb5\x2f\xfd")) return "zstd";
  // A frame to be skipped may be the first; sixteen numbers mark one.
  const isSkippable = magic.startsWith("\x2a\x4d\x18", 1);
  if (isSkippable && magic.charCodeAt(0) >> 4 === 5) return "zstd";
  if (magic === "\xfd7zXZ\0") return "xz";
  if (magic.startsWith("BZh")) return "bzip2";
  return magic.startsWith("\x04\x22\x4d\x18") ? "lz4" : "none";
}
