/**
 * Names by which a layer says that files of the layers below are gone.
 *
 * @module
 * @see image-spec 1.1, layer.md, "Whiteouts"
 */
import type { ByteString } from "./byte_string.ts";

const PREFIX = ".wh.";
/** Names of an older union file system's own files. */
const RESERVED_PREFIX = ".wh..wh.";
/** The name in a directory of a layer that says that all it had is gone. */
export const OPAQUE_NAME = ".wh..wh..opq" as ByteString;

/** What a name says of the layers below. */
export type Whiteout =
  /** The file of this name in the same directory is gone. */
  | { readonly kind: "file"; readonly base: ByteString }
  /** All that the directory had is gone. */
  | { readonly kind: "opaque" }
  /** Nothing; it is no file either. */
  | { readonly kind: "reserved" };

/**
 * Reads the last component of a name.
 *
 * @returns `undefined` for an ordinary file.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import type { ByteString } from "./byte_string.ts";
 * assert.deepEqual(readWhiteout(".wh.gone" as ByteString), {
 *   kind: "file",
 *   base: "gone",
 * });
 * assert.equal(readWhiteout("file.wh." as ByteString), undefined);
 * ```
 */
export function readWhiteout(base: ByteString): Whiteout | undefined {
  if (!base.startsWith(PREFIX)) return undefined;
  if (base === OPAQUE_NAME) return { kind: "opaque" };
  if (base.startsWith(RESERVED_PREFIX)) return { kind: "reserved" };
  const name = base.slice(PREFIX.length) as ByteString;
  // No directory can be taken away from itself.
  return name === "" || name === "." || name === ".."
    ? { kind: "reserved" }
    : { kind: "file", base: name };
}

/** The name in a layer that says that a file is gone. */
export function whiteoutName(base: ByteString): ByteString {
  return `${PREFIX}${base}` as ByteString;
}
