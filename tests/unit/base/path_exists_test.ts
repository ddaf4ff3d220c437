/** @module */
import assert from "node:assert/strict";
import { pathExists } from "../../../lib/base/path_exists.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

Deno.test("pathExists() sees files, directories and links that lead nowhere", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  assert.ok(pathExists(path));
  assert.ok(!pathExists(`${path}/none`));
  Deno.writeTextFileSync(`${path}/file`, "");
  assert.ok(pathExists(`${path}/file`));
  Deno.symlinkSync("nowhere", `${path}/link`);
  assert.ok(pathExists(`${path}/link`));
});

Deno.test("pathExists() does not take a refusal for an answer", () => {
  using directory = new TemporaryDirectory();
  Deno.writeTextFileSync(`${directory.path}/file`, "");
  assert.throws(() => pathExists(`${directory.path}/file/below`));
});
