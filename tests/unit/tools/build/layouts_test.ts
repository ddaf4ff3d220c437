/** @module */
import assert from "node:assert/strict";
import {
  QUICK_COMMANDS,
} from "../../../../lib/runtime/launch/self_invocation.ts";
import { LAYOUTS } from "../../../../tools/build/layouts.ts";

Deno.test("there is a layout for each quick command, for keepers, and for all", () => {
  assert.deepEqual(
    LAYOUTS.map(({ name }) => name).toSorted(),
    [...QUICK_COMMANDS, "detached", "main"].toSorted(),
  );
});

Deno.test("what a layout needs soon is one of its sections", () => {
  for (const { name, soon, sections } of LAYOUTS) {
    if (soon !== undefined) assert.ok(soon in sections, `${name}: ${soon}`);
  }
});
