/** @module */
import assert from "node:assert/strict";
import { openat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, O_DIRECTORY, O_PATH } from "../../../ffi/constants/fcntl.ts";
import { socketPath } from "../../../lib/monitor/socket_path.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

Deno.test("socketPath() fits a socket into however deep a directory", () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/${"d".repeat(200)}/${"e".repeat(200)}`;
  Deno.mkdirSync(directory, { recursive: true });
  using opened = openat(AT_FDCWD, directory, O_PATH | O_DIRECTORY);
  const path = socketPath(opened);
  assert.ok(path.length <= 107, path);
  const listener = Deno.listen({ transport: "unix", path });
  assert.ok(Deno.lstatSync(`${directory}/attach`).isSocket);
  listener.close();
});
