/** @module */
import assert from "node:assert/strict";
import { pathExists } from "../../../lib/base/path_exists.ts";
import { removeFileIfExists } from "../../../lib/base/remove_file.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

Deno.test("removeFileIfExists() removes a file once and for all", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/file`;
  Deno.writeTextFileSync(path, "");
  removeFileIfExists(path);
  assert.ok(!pathExists(path));
  removeFileIfExists(path);
});

Deno.test("removeFileIfExists() tells what it could not remove", () => {
  using directory = new TemporaryDirectory();
  Deno.writeTextFileSync(`${directory.path}/file`, "");
  assert.throws(() => removeFileIfExists(directory.path));
});

Deno.test("removeFileIfExists() removes a link that leads nowhere", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/link`;
  Deno.symlinkSync("nowhere", path);
  removeFileIfExists(path);
  assert.ok(!pathExists(path));
});
