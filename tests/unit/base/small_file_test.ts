/** @module */
import assert from "node:assert/strict";
import { openat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, O_PATH } from "../../../ffi/constants/fcntl.ts";
import { readSmallFile } from "../../../lib/base/small_file.ts";

function readAt(path: string): string | undefined {
  using file = openat(AT_FDCWD, path, O_PATH);
  return readSmallFile(file);
}

Deno.test("readSmallFile() reads regular files of up to 16 MiB", async () => {
  const path = await Deno.makeTempFile();
  try {
    assert.equal(readAt(path), "");
    await Deno.writeTextFile(path, "root:x:0:0::/root:/bin/sh\n");
    assert.equal(readAt(path), "root:x:0:0::/root:/bin/sh\n");
    await Deno.truncate(path, 16 * 1024 * 1024 + 1);
    assert.equal(readAt(path), undefined);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("readSmallFile() opens nothing that is no file", async () => {
  const directory = await Deno.makeTempDir();
  try {
    assert.equal(readAt(directory), undefined);
    const pipe = `${directory}/pipe`;
    assert.ok(
      (await new Deno.Command("mkfifo", { args: [pipe] }).output()).success,
    );
    // Opening it would wait for a writer.
    assert.equal(readAt(pipe), undefined);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
