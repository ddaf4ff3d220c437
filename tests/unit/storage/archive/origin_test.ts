/**
 * Where archives come from, as people write it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../../lib/base/errors.ts";
import { parseArchiveOrigin } from "../../../../lib/storage/archive/origin.ts";

Deno.test("parseArchiveOrigin() does not take nothing for the working directory", () => {
  assert.throws(() => parseArchiveOrigin("", "/tmp"), UsageError);
  assert.deepEqual(parseArchiveOrigin(".", "/tmp"), {
    kind: "file",
    path: "/tmp/.",
  });
});

Deno.test("parseArchiveOrigin() knows servers whatever the case", () => {
  const url = "HTTP://host/x.tar";
  assert.deepEqual(parseArchiveOrigin(url, "/"), { kind: "url", url });
});
