/** @module */
import assert from "node:assert/strict";
import { AT_FDCWD, O_DIRECTORY, O_PATH } from "../../../ffi/constants/fcntl.ts";
import { openat } from "../../../ffi/calls/file.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import { syscall } from "../../../ffi/syscall.ts";
import { removePath, removeTree } from "../../../lib/base/remove_tree.ts";
import { rootTest } from "../../support/root.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const MS_BIND = 4096;

/** A directory `volume` with a file, and a tree with it mounted in `tree/in`. */
class MountedTree extends TemporaryDirectory {
  constructor() {
    super();
    Deno.mkdirSync(`${this.path}/volume`);
    Deno.writeTextFileSync(`${this.path}/volume/kept`, "data");
    Deno.mkdirSync(`${this.path}/tree/in`, { recursive: true });
    const { path } = this;
    syscall("mount", `${path}/volume`, `${path}/tree/in`, null, MS_BIND, null);
  }

  override [Symbol.dispose](): void {
    syscall("umount2", `${this.path}/tree/in`, 0);
    super[Symbol.dispose]();
  }
}

function isRefusal(error: unknown): boolean {
  return isSyscallError(error, "EXDEV");
}

rootTest("removeTree() does not enter what is mounted below", () => {
  using mounted = new MountedTree();
  using directory = openat(AT_FDCWD, mounted.path, O_PATH | O_DIRECTORY);
  assert.throws(() => removeTree(directory.number, "tree"), isRefusal);
  assert.equal(Deno.readTextFileSync(`${mounted.path}/volume/kept`), "data");
});

rootTest("removePath() does not enter what is mounted there", () => {
  using mounted = new MountedTree();
  assert.throws(() => removePath(`${mounted.path}/tree/in`), isRefusal);
  assert.equal(Deno.readTextFileSync(`${mounted.path}/volume/kept`), "data");
});
