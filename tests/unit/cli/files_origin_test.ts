import assert from "node:assert/strict";
import { UsageError } from "../../../lib/base/errors.ts";
import { readFilesOrigin } from "../../../lib/cli/files_origin.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const refusal = (): UsageError => new UsageError("nothing is typed here");

Deno.test("readFilesOrigin() tells directories from files", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  Deno.writeTextFileSync(`${path}/file`, "");
  const host = { cwd: () => path, stdinIsTerminal: () => true };
  const read = (text: string): unknown => readFilesOrigin(text, host, refusal);
  assert.deepEqual(read("."), { kind: "directory", path: `${path}/.` });
  assert.deepEqual(read("file"), { kind: "file", path: `${path}/file` });
  assert.deepEqual(read("none"), { kind: "file", path: `${path}/none` });
  const url = "https://localhost/x.tar";
  assert.deepEqual(read(url), { kind: "url", url });
});

Deno.test("readFilesOrigin() refuses stdin if it is a terminal", () => {
  const read = (stdin: "terminal" | "pipe"): unknown =>
    readFilesOrigin(
      "-",
      { cwd: () => "/", stdinIsTerminal: () => stdin === "terminal" },
      refusal,
    );
  assert.deepEqual(read("pipe"), { kind: "stdin" });
  assert.throws(() => read("terminal"), /nothing is typed here/);
});
