/** @module */
import assert from "node:assert/strict";
import { DEFAULT_DEVICE_RULES } from "../../../../lib/runtime/cgroups/default_device_rules.ts";
import {
  deviceText,
  foldDeviceRules,
} from "../../../../lib/runtime/cgroups/device_rules.ts";

Deno.test("DEFAULT_DEVICE_RULES deny everything but these", () => {
  const access = foldDeviceRules(DEFAULT_DEVICE_RULES);
  assert.equal(access.default, "deny");
  assert.deepEqual(access.exceptions.map(deviceText), [
    "c *:* m",
    "b *:* m",
    "c 1:3 rwm",
    "c 1:5 rwm",
    "c 1:7 rwm",
    "c 1:8 rwm",
    "c 1:9 rwm",
    "c 5:0 rwm",
    "c 5:2 rwm",
    "c 136:* rwm",
  ]);
});

Deno.test("DEFAULT_DEVICE_RULES can be added to", () => {
  const access = foldDeviceRules([
    ...DEFAULT_DEVICE_RULES,
    { allow: true, type: "c", major: 10, minor: 200, access: "rw" },
  ]);
  assert.equal(access.exceptions.map(deviceText).at(-1), "c 10:200 rw");
});
