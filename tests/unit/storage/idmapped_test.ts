/** @module */
import assert from "node:assert/strict";
import { hasMappedOverlays } from "../../../lib/storage/idmapped.ts";

Deno.test("hasMappedOverlays() knows since when overlays take mapped layers", () => {
  for (const release of ["5.19.0", "6.1.0-13-amd64", "6.18.44-fc", "10.0"]) {
    assert.ok(hasMappedOverlays(release), release);
  }
  for (const release of ["5.18.19", "5.15.0-91-generic", "4.19.0", "", "x"]) {
    assert.ok(!hasMappedOverlays(release), release);
  }
});
