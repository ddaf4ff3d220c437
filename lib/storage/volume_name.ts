/**
 * Names of volumes.
 *
 * @module
 */
import { type ErrorDetails, UsageError } from "../base/errors.ts";

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
/** Of one component of a path, with room for a prefix. */
const MAX_LENGTH = 200;
const RANDOM_BYTES = 32;

/**
 * Checks the name of a volume.
 *
 * @param details Of the error, if it is none.
 * @throws {UsageError} In docker's words. Unlike there, one letter suffices.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(checkVolumeName("db-1"), "db-1");
 * assert.throws(() => checkVolumeName("../db"));
 * ```
 */
export function checkVolumeName(
  name: string,
  details: ErrorDetails = {},
): string {
  if (!NAME.test(name)) {
    throw new UsageError(
      `"${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
      details,
    );
  }
  if (name.length <= MAX_LENGTH) return name;
  throw new UsageError(
    `The name of a volume is too long: ${name.length} characters of at most ${MAX_LENGTH}`,
  );
}

/** Makes up a name for a volume that nobody has named: 64 hex digits. */
export function createVolumeName(): string {
  return crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)).toHex();
}
