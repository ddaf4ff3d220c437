/**
 * Names of files as text. A name is bytes; those that are no UTF-8 are shown by
 * their numbers, so that two names never look the same.
 *
 * @module
 */
import { type ByteString, toBytes } from "../../storage/tar/byte_string.ts";
import { printable } from "./printable.ts";

/** A run of well-formed UTF-8, or one byte that is part of none. */
const RUN_OR_BYTE = new RegExp(
  `((?:${
    [
      "[\\x00-\\x7f]",
      "[\\xc2-\\xdf][\\x80-\\xbf]",
      "\\xe0[\\xa0-\\xbf][\\x80-\\xbf]",
      "[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}",
      "\\xed[\\x80-\\x9f][\\x80-\\xbf]",
      "\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}",
      "[\\xf1-\\xf3][\\x80-\\xbf]{3}",
      "\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}",
    ].join("|")
  })+)|([^])`,
  "g",
);

/**
 * Writes a name as {@linkcode printable} does, other bytes as `\xff`.
 *
 * @see RFC 3629, section 4
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import type { ByteString } from "../../storage/tar/byte_string.ts";
 * assert.equal(nameText("caf\xc3\xa9 \xff" as ByteString), "café \\xff");
 * ```
 */
export function nameText(name: ByteString): string {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return name.replace(
    RUN_OR_BYTE,
    (_, run: ByteString | undefined, byte: string) =>
      run === undefined
        ? `\\x${byte.charCodeAt(0).toString(16)}`
        : printable(decoder.decode(toBytes(run))),
  );
}
