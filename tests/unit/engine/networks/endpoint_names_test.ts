/**
 * @module
 */
import assert from "node:assert/strict";
import type { ContainerId } from "../../../../lib/base/identifiers.ts";
import { endpointNames } from "../../../../lib/engine/networks/endpoint_names.ts";

const CONFIG = {
  id: `0123456789ab${"0".repeat(52)}` as ContainerId,
  name: "web",
  hostname: "0123456789ab",
  uts: "private",
} as const;

Deno.test("endpointNames() begins with the name and ends with the short id", () => {
  assert.deepEqual(endpointNames(CONFIG, { aliases: [] }), [
    "web",
    "0123456789ab",
  ]);
  assert.deepEqual(
    endpointNames({ ...CONFIG, hostname: "box" }, { aliases: ["www", "w"] }),
    ["web", "www", "w", "box", "0123456789ab"],
  );
});

Deno.test("endpointNames() has each name once", () => {
  assert.deepEqual(
    endpointNames({ ...CONFIG, hostname: "web" }, {
      aliases: ["web", "w", "w", "0123456789ab"],
    }),
    ["web", "w", "0123456789ab"],
  );
});

Deno.test("endpointNames() leaves the host its name", () => {
  const shared = { ...CONFIG, hostname: "machine", uts: "host" } as const;
  assert.deepEqual(endpointNames(shared, { aliases: [] }), [
    "web",
    "0123456789ab",
  ]);
});
