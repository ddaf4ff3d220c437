/** @module */
import assert from "node:assert/strict";
import { buildInfo, VERSION } from "../../../lib/base/build_info.ts";

Deno.test("buildInfo() tells a source tree by its kind", () => {
  assert.deepEqual(buildInfo(), {
    version: VERSION,
    commit: "unknown",
    kind: "source",
    denoVersion: Deno.version.deno,
    arch: Deno.build.arch,
  });
});

Deno.test("VERSION is a semantic version", () => {
  assert.match(VERSION, /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/);
});
