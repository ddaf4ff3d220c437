/** @module */
import assert from "node:assert/strict";
import {
  existingPart,
  trialPath,
} from "../../../../lib/engine/doctor/existing_part.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

Deno.test("existingPart() goes up until something is there", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  assert.equal(existingPart(path), path);
  assert.equal(existingPart(`${path}/a`), path);
  assert.equal(existingPart(`${path}/a//b/c`), path);
  assert.equal(existingPart("/nonexistent"), "/");
  assert.equal(existingPart("/"), "/");
});

Deno.test("existingPart() stops at a file that is in the way", () => {
  using directory = new TemporaryDirectory();
  Deno.writeTextFileSync(`${directory.path}/file`, "");
  assert.equal(
    existingPart(`${directory.path}/file/below`),
    `${directory.path}/file`,
  );
});

Deno.test("trialPath() is a new name each time", () => {
  assert.match(trialPath("/nonexistent/a"), /^\/\.tsdocker-doctor-[\w-]+$/);
  assert.match(trialPath("/proc/nonexistent"), /^\/proc\/\.tsdocker-doctor-/);
  assert.notEqual(trialPath("/"), trialPath("/"));
});
