/** @module */
import assert from "node:assert/strict";
import {
  readTextFileIfExists,
  writeFileAtomically,
  writeSynced,
} from "../../../lib/base/atomic_file.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

Deno.test("writeFileAtomically() leaves the file alone in its directory, private", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/record.json`;
  writeFileAtomically(path, "one");
  writeFileAtomically(path, "two \u{1f4e6}");
  assert.equal(readTextFileIfExists(path), "two \u{1f4e6}");
  assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
  assert.equal([...Deno.readDirSync(directory.path)].length, 1);
});

Deno.test("writeFileAtomically() replaces the file, not its content", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/f`;
  writeFileAtomically(path, "old");
  using reader = Deno.openSync(path);
  writeFileAtomically(path, "new");
  const bytes = new Uint8Array(8);
  const length = reader.readSync(bytes) ?? 0;
  assert.equal(new TextDecoder().decode(bytes.subarray(0, length)), "old");
});

Deno.test("writeFileAtomically() overwrites what a crash has left behind", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/f`;
  Deno.writeTextFileSync(`${path}.new`, "a longer text, cut in the mid");
  writeFileAtomically(path, "text");
  assert.equal(readTextFileIfExists(path), "text");
});

Deno.test("writeFileAtomically() keeps the old file if it cannot write", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/f`;
  writeFileAtomically(path, "old");
  Deno.mkdirSync(`${path}.new`);
  assert.throws(() => writeFileAtomically(path, "new"));
  assert.equal(readTextFileIfExists(path), "old");
  assert.throws(
    () => writeFileAtomically(`${directory.path}/missing/f`, ""),
    Deno.errors.NotFound,
  );
});

Deno.test("readTextFileIfExists() is undefined for no file, not for a failure", () => {
  using directory = new TemporaryDirectory();
  assert.equal(readTextFileIfExists(`${directory.path}/f`), undefined);
  Deno.writeTextFileSync(`${directory.path}/f`, "");
  assert.throws(() => readTextFileIfExists(`${directory.path}/f/f`));
});

Deno.test("readTextFileIfExists() takes a directory for a file that is empty", () => {
  using directory = new TemporaryDirectory();
  assert.equal(readTextFileIfExists(directory.path), "");
});

Deno.test("writeFileAtomically() leaves nothing half-written if it cannot write", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/f`;
  // A rename onto it is refused, as any write is on a full disk.
  Deno.mkdirSync(path);
  assert.throws(() => writeFileAtomically(path, "text"));
  assert.deepEqual([...Deno.readDirSync(directory.path)].length, 1);
});

Deno.test("writeSynced() writes over what a crash has left", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/f`;
  writeSynced(path, "a longer text, cut in the mid");
  writeSynced(path, "text");
  assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
  assert.equal(readTextFileIfExists(path), "text");
  writeSynced(path, "");
  assert.equal(readTextFileIfExists(path), "");
});
