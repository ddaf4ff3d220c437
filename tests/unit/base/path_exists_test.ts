/** @module */
import assert from "node:assert/strict";
import {
  isMissing,
  pathExists,
  targetExists,
} from "../../../lib/base/path_exists.ts";
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

Deno.test("isMissing() is true of nothing but a name that is not there", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  assert.ok(isMissing(`${path}/none`));
  assert.ok(isMissing(`${path}/none/below`));
  Deno.symlinkSync("nowhere", `${path}/link`);
  assert.ok(!isMissing(`${path}/link`));
  Deno.writeTextFileSync(`${path}/file`, "");
  // Others say what is wrong with it.
  assert.ok(!isMissing(`${path}/file/below`));
  assert.ok(!isMissing(`/${"x".repeat(300)}`));
});
