/** @module */
import assert from "node:assert/strict";
import { openat } from "../../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_PATH,
} from "../../../../ffi/constants/fcntl.ts";
import { HostError } from "../../../../lib/base/errors.ts";
import { openContainerTerminal } from "../../../../lib/runtime/rootfs/container_terminal.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

function refuses(path: string, why: RegExp): void {
  using root = openat(AT_FDCWD, path, O_PATH | O_DIRECTORY);
  assert.throws(() => openContainerTerminal(root), (error) => {
    assert.ok(error instanceof HostError);
    assert.match(error.message, why);
    return true;
  });
}

Deno.test("openContainerTerminal() opens nothing that is not of a devpts", () => {
  using root = new TemporaryDirectory();
  Deno.mkdirSync(`${root.path}/dev/pts`, { recursive: true });
  refuses(root.path, /ENOENT/);
  Deno.writeTextFileSync(`${root.path}/dev/pts/ptmx`, "");
  refuses(root.path, /not on a devpts file system$/);
});

Deno.test("openContainerTerminal() follows no link out of the container", () => {
  using root = new TemporaryDirectory();
  Deno.mkdirSync(`${root.path}/dev`);
  Deno.symlinkSync("/proc/self/root/dev/pts", `${root.path}/dev/pts`);
  refuses(root.path, /ENOENT|ELOOP/);
});
