/** @module */
import assert from "node:assert/strict";
import { statfs } from "../../../../ffi/calls/file_system.ts";
import { isSyscallError } from "../../../../ffi/errno.ts";

Deno.test("statfs() says what df says", async () => {
  const { stdout } = await new Deno.Command("stat", {
    args: ["-f", "-c", "%S %s %b %a %c %d", "/"],
  }).output();
  const [fragment = 0, , blocks = 0, , inodes] = new TextDecoder()
    .decode(stdout).trim().split(" ").map(Number);
  const status = statfs("/");
  assert.equal(status.totalBytes, blocks * fragment);
  assert.equal(status.totalInodes, inodes);
  assert.ok(status.availableBytes <= status.totalBytes);
  assert.ok(status.freeInodes <= status.totalInodes);
});

Deno.test("statfs() of no path is an error", () => {
  assert.throws(
    () => statfs("/nonexistent"),
    (error) => isSyscallError(error, "ENOENT"),
  );
});
