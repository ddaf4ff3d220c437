/** @module */
import assert from "node:assert/strict";
import type { IdMapping } from "../../../lib/oci/runtime_spec.ts";
import { translateId } from "../../../lib/oci/translate_id.ts";

const MAPPINGS: readonly IdMapping[] = [
  { containerID: 0, hostID: 300_000, size: 1000 },
  { containerID: 1000, hostID: 500, size: 1 },
  { containerID: 1001, hostID: 301_000, size: 100 },
];

Deno.test("translateId() knows the borders of every range", () => {
  assert.equal(translateId(MAPPINGS, 0), 300_000);
  assert.equal(translateId(MAPPINGS, 999), 300_999);
  assert.equal(translateId(MAPPINGS, 1000), 500);
  assert.equal(translateId(MAPPINGS, 1001), 301_000);
  assert.equal(translateId(MAPPINGS, 1100), 301_099);
});

Deno.test("translateId() is undefined outside of all ranges", () => {
  assert.equal(translateId(MAPPINGS, 1101), undefined);
  assert.equal(translateId(MAPPINGS, 300_000), undefined);
  assert.equal(translateId([], 0), undefined);
});
