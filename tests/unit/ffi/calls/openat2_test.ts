/** @module */
import assert from "node:assert/strict";
import { openat } from "../../../../ffi/calls/file.ts";
import { fstat } from "../../../../ffi/calls/stat.ts";
import { openat2IfThere } from "../../../../ffi/calls/openat2.ts";
import { AT_FDCWD, O_PATH } from "../../../../ffi/constants/fcntl.ts";
import { RESOLVE_IN_ROOT } from "../../../../ffi/constants/openat2.ts";

Deno.test("openat2IfThere() throws no ENOENT, and all else", () => {
  const path = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${path}/file`, "12345");
    Deno.symlinkSync("nowhere", `${path}/link`);
    using directory = openat(AT_FDCWD, path, O_PATH);
    const { number } = directory;
    const how = { flags: O_PATH, resolve: RESOLVE_IN_ROOT };
    assert.equal(openat2IfThere(number, "none", how), undefined);
    assert.equal(openat2IfThere(number, "link", how), undefined);
    assert.throws(() => openat2IfThere(number, "file/below", how), {
      call: "openat2",
      code: "ENOTDIR",
    });
    using file = openat2IfThere(number, "file", how);
    assert.equal(file && fstat(file.number).sizeBytes, 5);
  } finally {
    Deno.removeSync(path, { recursive: true });
  }
});
