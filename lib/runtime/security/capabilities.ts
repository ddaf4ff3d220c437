/**
 * Sets of capabilities by name and as the kernel counts them.
 *
 * @module
 * @see capabilities(7)
 */
import { permittedCapabilities } from "../../../ffi/calls/credentials.ts";
import {
  CAPABILITY,
  type CapabilityName,
} from "../../../ffi/constants/capability.ts";

/**
 * A set of capabilities as the kernel prints it in `/proc/PID/status`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(capabilityMask(["CAP_CHOWN", "CAP_KILL"]), 0x21n);
 * ```
 */
export function capabilityMask(names: readonly CapabilityName[]): bigint {
  return names.reduce(
    (mask, name) => mask | 1n << BigInt(CAPABILITY[name]),
    0n,
  );
}

/**
 * The names of a set; bits without a name are left out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(capabilityNames(0x21n), ["CAP_CHOWN", "CAP_KILL"]);
 * ```
 */
export function capabilityNames(mask: bigint): CapabilityName[] {
  const names = Object.keys(CAPABILITY) as CapabilityName[];
  return names.filter((name) => (mask >> BigInt(CAPABILITY[name]) & 1n) === 1n);
}

/** What this process holds, and so at most can grant. */
export function heldCapabilities(): ReadonlySet<CapabilityName> {
  return new Set(capabilityNames(permittedCapabilities()));
}
