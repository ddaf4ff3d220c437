/**
 * What an id of a container is outside of its user namespace.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "User namespace mappings"
 */
import type { IdMapping } from "./runtime_spec.ts";

/**
 * Translates an id by mappings.
 *
 * @returns `undefined` if none of them has it.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const mappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
 * assert.equal(translateId(mappings, 33), 100_033);
 * assert.equal(translateId(mappings, 65_536), undefined);
 * ```
 */
export function translateId(
  mappings: readonly IdMapping[],
  id: number,
): number | undefined {
  const mapping = mappings.find(({ containerID, size }) =>
    id >= containerID && id < containerID + size
  );
  return mapping && mapping.hostID + id - mapping.containerID;
}
