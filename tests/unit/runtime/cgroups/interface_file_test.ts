/** @module */
import assert from "node:assert/strict";
import {
  isRealRoot,
  isThere,
  readControllers,
  readLine,
  readLineIfAny,
  writeIfAny,
} from "../../../../lib/runtime/cgroups/interface_file.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

Deno.test("isThere() tells files and directories from nothing", () => {
  using temporary = new TemporaryDirectory();
  const directory = temporary.path;
  Deno.writeTextFileSync(`${directory}/file`, "");
  assert.ok(isThere(directory) && isThere(`${directory}/file`));
  assert.ok(!isThere(`${directory}/none`));
  assert.ok(!isThere(`${directory}/file/none`));
});

Deno.test("readLine() takes the newline away, and throws for no file", () => {
  using temporary = new TemporaryDirectory();
  const directory = temporary.path;
  Deno.writeTextFileSync(`${directory}/file`, "0-1\n");
  assert.equal(readLine(`${directory}/file`), "0-1");
  assert.equal(readLineIfAny(`${directory}/file`), "0-1");
  assert.equal(readLineIfAny(`${directory}/none`), "");
  assert.throws(() => readLine(`${directory}/none`), Deno.errors.NotFound);
  assert.throws(() => readLineIfAny(directory));
});

Deno.test("readControllers() leaves out what it does not know", () => {
  using temporary = new TemporaryDirectory();
  const directory = temporary.path;
  Deno.writeTextFileSync(`${directory}/file`, "cpu io dmem pids\n");
  assert.deepEqual(readControllers(`${directory}/file`), [
    "cpu",
    "io",
    "pids",
  ]);
  Deno.writeTextFileSync(`${directory}/file`, "\n");
  assert.deepEqual(readControllers(`${directory}/file`), []);
});

Deno.test("writeIfAny() creates no file", () => {
  using temporary = new TemporaryDirectory();
  const directory = temporary.path;
  assert.ok(!writeIfAny(`${directory}/file`, "1"));
  assert.ok(!isThere(`${directory}/file`));
  Deno.writeTextFileSync(`${directory}/file`, "0");
  assert.ok(writeIfAny(`${directory}/file`, "1"));
  assert.equal(readLine(`${directory}/file`), "1");
});

Deno.test("isRealRoot() is what has no type", () => {
  using temporary = new TemporaryDirectory();
  const directory = temporary.path;
  assert.ok(isRealRoot(directory));
  Deno.writeTextFileSync(`${directory}/cgroup.type`, "domain\n");
  assert.ok(!isRealRoot(directory));
});
