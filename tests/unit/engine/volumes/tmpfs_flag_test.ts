/**
 * @module
 */
import assert from "node:assert/strict";
import { parseTmpfs } from "../../../../lib/engine/volumes/tmpfs_flag.ts";

Deno.test("parseTmpfs() takes a destination alone", () => {
  assert.deepEqual(parseTmpfs("/run/"), { destination: "/run", options: [] });
});

Deno.test("parseTmpfs() splits the options and leaves them as they are", () => {
  assert.deepEqual(parseTmpfs("/run:size=1m,mode=1777,exec"), {
    destination: "/run",
    options: ["size=1m", "mode=1777", "exec"],
  });
  assert.deepEqual(parseTmpfs("/run:"), { destination: "/run", options: [] });
  assert.deepEqual(parseTmpfs("/run:,ro,,").options, ["ro"]);
});

Deno.test("parseTmpfs() refuses relative paths and the root", () => {
  const reasons: Readonly<Record<string, string>> = {
    "": '"" is not an absolute path',
    "run": '"run" is not an absolute path',
    ":size=1m": '"" is not an absolute path',
    "/:size=1m": "the root cannot be mounted over",
    "/a/..": "the root cannot be mounted over",
  };
  for (const [text, why] of Object.entries(reasons)) {
    assert.throws(() => parseTmpfs(text), {
      name: "UsageError",
      message: `invalid volume specification "${text}": ${why}`,
    });
  }
});

Deno.test("parseTmpfs() takes every option of a tmpfs", () => {
  const options = [
    ...["size=64m", "size=50%", "size=1048576", "nr_inodes=1k", "nr_blocks=5"],
    ...["mode=700", "mode=01777", "uid=33", "gid=0", "mpol=interleave:0-2"],
    ...["ro", "rw", "exec", "noexec", "suid", "nosuid", "dev", "nodev"],
    ...["noatime", "relatime", "sync", "rprivate"],
  ];
  for (const option of options) {
    assert.deepEqual(parseTmpfs(`/t:${option}`).options, [option]);
  }
});

Deno.test("parseTmpfs() refuses options of other file systems, and values", () => {
  const options = ["a", "size", "size=", "size=1x", "mode=8", "mode=-1"];
  for (const option of [...options, "uid=root", "lowerdir=/", "bind", "b:c"]) {
    assert.throws(() => parseTmpfs(`/t:ro,${option}`), {
      name: "UsageError",
      message:
        `invalid volume specification "/t:ro,${option}": invalid tmpfs option "${option}"`,
    }, option);
  }
});
