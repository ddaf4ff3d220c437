import assert from "node:assert/strict";
import { openat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, O_RDONLY } from "../../../ffi/constants/fcntl.ts";
import { isNamed, lockFile, tryLock } from "../../../lib/storage/file_lock.ts";

/** Runs with a path that is free, and has to be free afterwards. */
async function withPath(run: (path: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "lock-" });
  await run(`${directory}/lock`);
  // Fails unless it is empty.
  await Deno.remove(directory);
}

Deno.test("lockFile() lets one in at a time, and leaves no file", async () => {
  await withPath(async (path) => {
    let holders = 0;
    let turns = 0;
    const turn = async (): Promise<void> => {
      using _lock = await lockFile(path);
      assert.equal(++holders, 1);
      // Gives the others every chance to come in too.
      for (let i = 0; i < 5; i++) await Promise.resolve();
      await Deno.stat(path);
      turns++;
      holders--;
    };
    await Promise.all(Array.from({ length: 20 }, turn));
    assert.equal(turns, 20);
  });
});

Deno.test("lockFile() takes over what a dead holder left", async () => {
  await withPath(async (path) => {
    await Deno.writeTextFile(path, "");
    using _lock = await lockFile(path);
    using other = openat(AT_FDCWD, path, O_RDONLY);
    assert.ok(!tryLock(other));
  });
});

Deno.test("tryLock() does not wait", async () => {
  await withPath(async (path) => {
    using _lock = await lockFile(path);
    using other = openat(AT_FDCWD, path, O_RDONLY);
    assert.ok(!tryLock(other));
  });
});

Deno.test("isNamed() notices a file that was replaced or removed", async () => {
  await withPath(async (path) => {
    await Deno.writeTextFile(path, "");
    using fd = openat(AT_FDCWD, path, O_RDONLY);
    assert.ok(isNamed(fd, path));
    await Deno.writeTextFile(`${path}.new`, "");
    await Deno.rename(`${path}.new`, path);
    assert.ok(!isNamed(fd, path));
    await Deno.remove(path);
    assert.ok(!isNamed(fd, path));
  });
});
