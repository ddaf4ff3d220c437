/** @module */
import assert from "node:assert/strict";
import {
  CAPABILITY,
  type CapabilityName,
} from "../../../../ffi/constants/capability.ts";
import {
  capabilityMask,
  capabilityNames,
  heldCapabilities,
} from "../../../../lib/runtime/security/capabilities.ts";

const ALL = Object.keys(CAPABILITY) as CapabilityName[];

Deno.test("capabilityMask() has a bit for each name, beyond 32 too", () => {
  assert.equal(capabilityMask([]), 0n);
  assert.equal(capabilityMask(["CAP_CHECKPOINT_RESTORE"]), 1n << 40n);
  assert.equal(capabilityMask(["CAP_SETFCAP", "CAP_SETFCAP"]), 0x80000000n);
  assert.equal(capabilityMask(ALL), (1n << 41n) - 1n);
});

Deno.test("capabilityNames() is the way back", () => {
  assert.deepEqual(capabilityNames(0n), []);
  assert.deepEqual(capabilityNames((1n << 64n) - 1n), ALL);
  for (const name of ALL) {
    assert.deepEqual(capabilityNames(capabilityMask([name])), [name]);
  }
});

Deno.test("heldCapabilities() is what the kernel shows as permitted", () => {
  const status = Deno.readTextFileSync("/proc/self/status");
  const mask = BigInt(`0x${/CapPrm:\s*([0-9a-f]+)/.exec(status)?.[1]}`);
  assert.deepEqual([...heldCapabilities()], capabilityNames(mask));
});
