/** @module */
import assert from "node:assert/strict";
import { openat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, O_RDONLY } from "../../../ffi/constants/fcntl.ts";
import { digestOf } from "../../../lib/base/digest.ts";
import { digestOfFile } from "../../../lib/storage/file_digest.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const MIB = 1024 ** 2;

Deno.test("digestOfFile() is the same for small, large and sparse files", async () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/f`;
  for (const size of [0, 1, 4 * MIB, 4 * MIB + 1, 6 * MIB + 5]) {
    const bytes = new Uint8Array(size);
    await Deno.writeFile(path, bytes);
    for (const hole of [false, true]) {
      if (hole) {
        await Deno.truncate(path, 0);
        await Deno.truncate(path, size);
        using file = await Deno.open(path, { write: true });
        for (const at of [0, 2 * MIB + 3, size - 1]) {
          if (at < 0 || at >= size) continue;
          await file.seek(at, Deno.SeekMode.Start);
          await file.write(Uint8Array.of(7));
          bytes[at] = 7;
        }
      }
      using file = openat(AT_FDCWD, path, O_RDONLY);
      assert.equal(await digestOfFile(file), await digestOf(bytes), `${size}`);
    }
  }
});
