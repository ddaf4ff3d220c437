/** @module */
import assert from "node:assert/strict";
import { pathExists, targetExists } from "../../../lib/base/path_exists.ts";
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
  assert.ok(!pathExists(`${path}/file/below`));
});

Deno.test("targetExists() follows links", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  Deno.symlinkSync("nowhere", `${path}/broken`);
  Deno.symlinkSync(".", `${path}/link`);
  assert.ok(targetExists(`${path}/link`));
  assert.ok(!targetExists(`${path}/broken`));
  Deno.writeTextFileSync(`${path}/file`, "");
  assert.ok(!targetExists(`${path}/file/below`));
});

Deno.test("pathExists() does not take a refusal for an answer", () => {
  const tooLong = `/${"x".repeat(300)}`;
  assert.throws(() => pathExists(tooLong));
  assert.throws(() => targetExists(tooLong));
});
