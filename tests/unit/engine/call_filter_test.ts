/** @module */
import assert from "node:assert/strict";
import { callFilter } from "../../../lib/engine/call_filter.ts";
import { runtimeSpec } from "../../support/runtime_spec.ts";

Deno.test("callFilter() filters nothing if the container may make all calls", async () => {
  const { process } = runtimeSpec();
  assert.equal(await callFilter({ seccomp: "unconfined" }, process), undefined);
});

Deno.test("callFilter() depends on the capabilities that can be had", async () => {
  const { process } = runtimeSpec();
  const bounding = [...process.capabilities.bounding, "CAP_SYS_ADMIN"] as const;
  const usual = await callFilter({ seccomp: "default" }, process);
  const more = await callFilter({ seccomp: "default" }, {
    capabilities: { ...process.capabilities, bounding },
  });
  assert.notDeepEqual(usual?.program, more?.program);
});
