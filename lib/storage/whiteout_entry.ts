/**
 * Entries of a layer that say that files are gone, and files that would.
 *
 * @module
 * @see image-spec 1.1, layer.md, "Whiteouts"
 */
import { ConflictError } from "../base/errors.ts";
import { type ByteString, printable } from "./tar/byte_string.ts";
import type { TarEntry } from "./tar/entry.ts";
import { lastComponent } from "./tar/names.ts";
import { readWhiteout } from "./tar/whiteout.ts";

/**
 * An empty file that nobody owns, made at the beginning of time: what is gone
 * has no attributes.
 */
export function whiteoutEntry(name: ByteString): TarEntry {
  return {
    type: "file",
    name,
    linkName: "" as ByteString,
    mode: 0,
    uid: 0,
    gid: 0,
    modified: { seconds: 0, nanoseconds: 0 },
    device: { major: 0, minor: 0 },
    sizeBytes: 0,
    extents: undefined,
    xattrs: new Map(),
  };
}

/**
 * Makes sure that a layer can have a file of this name.
 *
 * @throws {ConflictError} If it would say that another one has been removed.
 */
export function assertStorable(name: ByteString): void {
  if (readWhiteout(lastComponent(name)) === undefined) return;
  throw new ConflictError(
    `Cannot make a layer with ${
      printable(name)
    }: a name that begins with ".wh." says in a layer that a file has been removed`,
    { advice: "rename the file" },
  );
}
