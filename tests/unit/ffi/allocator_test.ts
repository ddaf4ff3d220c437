/** @module */
import assert from "node:assert/strict";
import { forgoLargePages, trimAllocator } from "../../../ffi/allocator.ts";

Deno.test("trimAllocator() finds the function of glibc, and can call it again", () => {
  assert.equal(typeof trimAllocator(), "boolean");
  assert.equal(typeof trimAllocator(), "boolean");
});

/** What the kernel knows of the parts of this process's heap, in two letters each. */
function heapFlags(): string[] {
  const maps = Deno.readTextFileSync("/proc/self/smaps").split(/^(?=\w+-)/m);
  return maps.filter((map) => /^.*\[heap\]$/m.test(map))
    .map((map) => /^VmFlags: (.*)$/m.exec(map)?.[1] ?? "");
}

Deno.test("forgoLargePages() tells the kernel where the heap is", () => {
  forgoLargePages();
  const flags = heapFlags();
  assert.match(flags.at(-1) ?? "", /\bnh\b/);
  // Less than 64 KiB are left out.
  assert.ok(flags.length <= 2, flags.join("\n"));
});
