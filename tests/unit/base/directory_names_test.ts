/** @module */
import assert from "node:assert/strict";
import { openat } from "../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_CREAT,
  O_DIRECTORY,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import {
  listDirectories,
  listNames,
} from "../../../lib/base/directory_names.ts";

Deno.test("listNames() tells every name as bytes", async () => {
  const path = await Deno.makeTempDir();
  try {
    using fd = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
    assert.deepEqual(listNames(fd.number), []);
    const names = [
      Uint8Array.of(0x61),
      Uint8Array.of(0x2e, 0x2e, 0x2e),
      // No UTF-8.
      Uint8Array.of(0xff, 0xfe),
    ];
    for (const name of names) {
      openat(fd.number, name, O_CREAT, 0o600)[Symbol.dispose]();
    }
    for (let index = 0; index < 2000; index++) {
      await Deno.writeTextFile(`${path}/file-${index}`, "");
    }
    using again = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
    const listed = new Set(listNames(again.number).map(String));
    assert.equal(listed.size, 2003);
    for (const name of names) assert.ok(listed.has(String(name)));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
});

Deno.test("listDirectories() leaves out what is no directory", async () => {
  const path = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${path}/a`);
    await Deno.writeTextFile(`${path}/b`, "");
    await Deno.symlink("a", `${path}/c`);
    using fd = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
    assert.deepEqual(listDirectories(fd.number), [Uint8Array.of(0x61)]);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
});
