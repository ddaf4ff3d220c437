/** @module */
import assert from "node:assert/strict";
import { openat } from "../../../../ffi/calls/file.ts";
import { syncfs } from "../../../../ffi/calls/sync.ts";
import { AT_FDCWD, O_PATH, O_RDONLY } from "../../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../../ffi/errno.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

Deno.test("syncfs() takes a directory, open for reading", () => {
  using directory = new TemporaryDirectory();
  Deno.writeTextFileSync(`${directory.path}/file`, "text");
  using opened = openat(AT_FDCWD, directory.path, O_RDONLY);
  syncfs(opened);
});

Deno.test("syncfs() says that a mere path is not open", () => {
  using opened = openat(AT_FDCWD, "/", O_PATH);
  assert.throws(
    () => syncfs(opened),
    (error) => isSyscallError(error, "EBADF"),
  );
});
