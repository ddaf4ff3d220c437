/** @module */
import assert from "node:assert/strict";
import { mknodat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD } from "../../../ffi/constants/fcntl.ts";
import { S_IFIFO } from "../../../ffi/constants/stat.ts";
import { readSettingsFile } from "../../../lib/base/settings_file.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

Deno.test("readSettingsFile() reads a file, through links, if there is one", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  assert.equal(readSettingsFile(`${path}/none`), undefined);
  Deno.writeTextFileSync(`${path}/file`, "text");
  Deno.symlinkSync("file", `${path}/link`);
  assert.equal(readSettingsFile(`${path}/link`), "text");
});

Deno.test("readSettingsFile() waits for nobody and reads no endless file", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  mknodat(AT_FDCWD, `${path}/fifo`, S_IFIFO | 0o600, { major: 0, minor: 0 });
  Deno.writeTextFileSync(`${path}/huge`, "");
  Deno.truncateSync(`${path}/huge`, 17 * 1024 ** 2);
  const refuse = (name: string, why: RegExp): void => {
    assert.throws(() => readSettingsFile(name), {
      name: "HostError",
      message: why,
    });
  };
  refuse(`${path}/fifo`, /fifo": it is no regular file$/);
  refuse("/dev/zero", /^Cannot read "\/dev\/zero": it is no regular file$/);
  refuse(path, /": it is a directory$/);
  refuse(`${path}/huge`, /": it has 17\.\d+ ?MB$/);
  refuse(`${path}/huge/below`, /ENOTDIR/);
});
