/** @module */
import assert from "node:assert/strict";
import {
  deviceControl,
  withoutMknod,
} from "../../../lib/engine/device_control.ts";
import { NO_CGROUPS, v2Survey } from "../../support/cgroup_surveys.ts";
import { containerConfig } from "../../support/run_options.ts";

Deno.test("deviceControl() is open where nothing judges devices", () => {
  const config = containerConfig();
  assert.equal(deviceControl(config, undefined), "open");
  assert.equal(deviceControl(config, NO_CGROUPS), "open");
  assert.equal(deviceControl(config, v2Survey()), "listed");
});

Deno.test("deviceControl() leaves a privileged container its devices", () => {
  const config = containerConfig({ privileged: true });
  assert.equal(deviceControl(config, undefined), "listed");
});

Deno.test("withoutMknod() drops the capability unless it is asked for", () => {
  assert.deepEqual(withoutMknod(containerConfig()).capDrop, ["CAP_MKNOD"]);
  const asked = containerConfig({ capAdd: ["CAP_MKNOD"] });
  assert.equal(withoutMknod(asked), asked);
});
