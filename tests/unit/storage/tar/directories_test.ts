import assert from "node:assert/strict";
import { openat } from "../../../../ffi/calls/file.ts";
import { fstat } from "../../../../ffi/calls/stat.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_RDONLY,
} from "../../../../ffi/constants/fcntl.ts";
import type { ErrnoName } from "../../../../ffi/constants/errno.ts";
import { isSyscallError } from "../../../../ffi/errno.ts";
import type { ByteString } from "../../../../lib/storage/tar/byte_string.ts";
import { Directories } from "../../../../lib/storage/tar/directories.ts";

/** Runs with the directories below an empty root. */
function inRoot(run: (directories: Directories, path: string) => void): void {
  const path = Deno.makeTempDirSync({ prefix: "directories-" });
  try {
    using root = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
    using directories = new Directories(root.number);
    run(directories, path);
  } finally {
    Deno.removeSync(path, { recursive: true });
  }
}

/** Asserts that a name leads to a path, made if it has to be. */
function assertLeadsTo(
  directories: Directories,
  name: string,
  path: string,
): void {
  const fd = directories.get(name as ByteString);
  assert.equal(Number(fstat(fd).inode), Deno.statSync(path).ino, name);
}

function assertFails(action: () => void, code: ErrnoName): void {
  assert.throws(action, (error) => isSyscallError(error, code));
}

Deno.test("get() makes what is missing and finds it again", () => {
  inRoot((directories, root) => {
    const fd = directories.get("a/b/c" as ByteString);
    assert.ok(Deno.statSync(`${root}/a/b/c`).isDirectory);
    assert.equal(directories.get("a/b/c" as ByteString), fd);
    assertLeadsTo(directories, "a/b", `${root}/a/b`);
    assertLeadsTo(directories, "", root);
  });
});

Deno.test("get() resolves links within the root only", () => {
  inRoot((directories, root) => {
    Deno.mkdirSync(`${root}/usr/lib`, { recursive: true });
    Deno.symlinkSync("usr/lib", `${root}/lib`);
    Deno.symlinkSync("/usr", `${root}/absolute`);
    Deno.symlinkSync("../../../..", `${root}/up`);
    assertLeadsTo(directories, "lib", `${root}/usr/lib`);
    assertLeadsTo(directories, "absolute/lib", `${root}/usr/lib`);
    assertLeadsTo(directories, "up", root);
    assertLeadsTo(directories, "up/new", `${root}/new`);
    Deno.symlinkSync("/etc", `${root}/out`);
    Deno.symlinkSync("loop", `${root}/loop`);
    Deno.writeTextFileSync(`${root}/file`, "");
    assertFails(() => directories.get("out" as ByteString), "ENOENT");
    assertFails(() => directories.get("out/x" as ByteString), "ENOENT");
    assertFails(() => directories.get("loop/x" as ByteString), "ELOOP");
    assertFails(() => directories.get("file/x" as ByteString), "ENOTDIR");
  });
});

Deno.test("find() makes nothing", () => {
  inRoot((directories, root) => {
    assertFails(() => directories.find("a" as ByteString), "ENOENT");
    assert.equal([...Deno.readDirSync(root)].length, 0);
    directories.get("a" as ByteString);
    directories.clear();
    assert.ok(directories.find("a" as ByteString) > 0);
  });
});

Deno.test("clear() forgets where names led", () => {
  inRoot((directories, root) => {
    directories.get("a" as ByteString);
    Deno.renameSync(`${root}/a`, `${root}/b`);
    Deno.mkdirSync(`${root}/a`);
    directories.clear();
    assertLeadsTo(directories, "a", `${root}/a`);
  });
});

Deno.test("Directories keeps the newest open, and closes all in the end", () => {
  const open = (): number => [...Deno.readDirSync("/proc/self/fd")].length;
  const before = open();
  inRoot((directories) => {
    for (let i = 0; i < 500; i++) directories.get(`d${i}/e` as ByteString);
    assert.ok(open() - before < 150);
    const newest = directories.get("d499/e" as ByteString);
    assert.ok(fstat(newest).linkCount > 0);
  });
  assert.equal(open(), before);
});
