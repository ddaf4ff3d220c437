/**
 * `NetworkSettings` of inspected containers.
 *
 * @module
 */
import assert from "node:assert/strict";
import { inspectNetworkSettings } from "../../../../lib/engine/inspection/network_settings.ts";

Deno.test("inspectNetworkSettings() has no address where there is none", () => {
  const settings = inspectNetworkSettings("none", undefined);
  assert.equal(settings.IPAddress, "");
  assert.equal(settings.SandboxKey, "");
  assert.equal(settings.Networks.get("none")?.IPAddress, "");
  assert.equal(settings.Ports.size, 0);
});

Deno.test("inspectNetworkSettings() tells the namespace of what runs", () => {
  const { SandboxKey, Networks } = inspectNetworkSettings("host", 42);
  assert.equal(SandboxKey, "/proc/42/ns/net");
  assert.deepEqual([...Networks.keys()], ["host"]);
});
