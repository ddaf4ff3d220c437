/** @module */
import assert from "node:assert/strict";
import { trimAllocator } from "../../../ffi/allocator.ts";

Deno.test("trimAllocator() finds the function of glibc, and can call it again", () => {
  assert.equal(typeof trimAllocator(), "boolean");
  assert.equal(typeof trimAllocator(), "boolean");
});
