import assert from "node:assert/strict";
import { mkdirat, openat, symlinkat } from "../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_CREAT,
  O_DIRECTORY,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { removeTree } from "../../../lib/base/remove_tree.ts";

/** Runs in an open directory that is empty in the end. */
function inDirectory(run: (directory: Fd, path: string) => void): void {
  const path = Deno.makeTempDirSync({ prefix: "remove-" });
  try {
    using directory = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
    run(directory, path);
  } finally {
    Deno.removeSync(path, { recursive: true });
  }
}

function namesIn(path: string): string[] {
  return [...Deno.readDirSync(path)].map(({ name }) => name).sort();
}

Deno.test("removeTree() removes files, and directories with all below", () => {
  inDirectory((directory, path) => {
    Deno.mkdirSync(`${path}/tree/a/b/c`, { recursive: true });
    for (let i = 0; i < 3000; i++) {
      Deno.writeTextFileSync(`${path}/tree/a/${"n".repeat(100)}${i}`, "");
    }
    Deno.writeTextFileSync(`${path}/file`, "");
    Deno.writeTextFileSync(`${path}/kept`, "");
    removeTree(directory.number, "tree");
    removeTree(directory.number, "file");
    assert.deepEqual(namesIn(path), ["kept"]);
  });
});

Deno.test("removeTree() follows no symbolic link", () => {
  inDirectory((directory, path) => {
    Deno.mkdirSync(`${path}/outside`);
    Deno.writeTextFileSync(`${path}/outside/kept`, "");
    Deno.mkdirSync(`${path}/tree`);
    symlinkat("../outside", directory.number, "tree/link");
    symlinkat("outside", directory.number, "link");
    removeTree(directory.number, "tree");
    removeTree(directory.number, "link");
    assert.deepEqual(namesIn(path), ["outside"]);
    assert.deepEqual(namesIn(`${path}/outside`), ["kept"]);
  });
});

Deno.test("removeTree() removes names that are not text", () => {
  inDirectory((directory, path) => {
    const name = Uint8Array.of(0xff, 0x0a, 0xfe);
    mkdirat(directory.number, name, 0o700);
    using inner = openat(directory.number, name, O_RDONLY | O_DIRECTORY);
    openat(inner.number, name, O_CREAT, 0o600)[Symbol.dispose]();
    removeTree(directory.number, name);
    assert.deepEqual(namesIn(path), []);
  });
});

Deno.test("removeTree() takes what is not there for removed", () => {
  inDirectory((directory) => removeTree(directory.number, "none"));
});

Deno.test("removeTree() reports what it cannot remove", () => {
  using proc = openat(AT_FDCWD, "/proc/self", O_RDONLY | O_DIRECTORY);
  assert.throws(
    () => removeTree(proc.number, "status"),
    (error) => isSyscallError(error, "EPERM", "EACCES", "ENOTDIR"),
  );
});
