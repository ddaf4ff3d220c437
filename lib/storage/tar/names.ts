/**
 * Names in archives, made harmless: relative to the root, without `.` and
 * empty components. A `..` is never resolved, the archive is refused.
 *
 * @module
 */
import type { ByteString } from "./byte_string.ts";

/** The root directory itself, as a normalized name. */
export const ROOT_NAME = "" as ByteString;

const NEEDS_WORK = /^\/|\/$|\/\/|(?:^|\/)\.{1,2}(?:\/|$)/;

/**
 * A name relative to the root with no superfluous component; absolute names
 * are taken as relative, as tar does.
 *
 * @returns `undefined` if a component is `..`; the root is the empty name.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import type { ByteString } from "./byte_string.ts";
 * assert.equal(normalizeName("./usr//bin/" as ByteString), "usr/bin");
 * assert.equal(normalizeName("/etc/passwd" as ByteString), "etc/passwd");
 * assert.equal(normalizeName("a/../../b" as ByteString), undefined);
 * ```
 */
export function normalizeName(name: ByteString): ByteString | undefined {
  if (!NEEDS_WORK.test(name)) return name;
  const components = name.split("/").filter((part) =>
    part !== "" && part !== "."
  );
  if (components.includes("..")) return undefined;
  return components.join("/") as ByteString;
}

/** The name of the directory that a normalized name is in. */
export function parentName(name: ByteString): ByteString {
  return name.slice(0, Math.max(0, name.lastIndexOf("/"))) as ByteString;
}

/** The last component of a normalized name. */
export function lastComponent(name: ByteString): ByteString {
  return name.slice(name.lastIndexOf("/") + 1) as ByteString;
}
