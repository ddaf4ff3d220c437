/** @module */
import assert from "node:assert/strict";
import { openHow, relative } from "../../../../lib/runtime/plan/open_how.ts";
import { flags } from "../../../../ffi/constants/symbolic.ts";
import { OPEN } from "../../../../lib/runtime/plan/open_flags.ts";

Deno.test("relative() strips the leading slashes, and is `.` for the root", () => {
  assert.equal(relative("/a/b"), "a/b");
  assert.equal(relative("//a"), "a");
  assert.equal(relative("/"), ".");
});

Deno.test("openHow() follows no symbolic link by itself", () => {
  const open = flags(OPEN, "O_PATH");
  assert.deepEqual(openHow(open), {
    words: [open, 0, { value: 4, text: "RESOLVE_NO_SYMLINKS" }],
  });
});
