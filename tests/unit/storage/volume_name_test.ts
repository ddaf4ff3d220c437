/**
 * @module
 */
import assert from "node:assert/strict";
import {
  checkVolumeName,
  createVolumeName,
} from "../../../lib/storage/volume_name.ts";

Deno.test("checkVolumeName() takes letters, digits and three signs, a sign never first", () => {
  for (const name of ["a", "0", "Db-1", "a_b.c-d", "x".repeat(200)]) {
    assert.equal(checkVolumeName(name), name);
  }
  for (const name of ["", ".", "..", "-a", "_a", ".a", "a/b", "a b", "a\0"]) {
    assert.throws(() => checkVolumeName(name), { name: "UsageError" }, name);
  }
  assert.throws(() => checkVolumeName("a/b", { advice: "this" }), {
    message:
      '"a/b" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path',
    advice: "this",
  });
  assert.throws(() => checkVolumeName("x".repeat(201)), {
    message: "The name of a volume is too long: 201 characters of at most 200",
  });
});

Deno.test("createVolumeName() makes names that are taken", () => {
  const names = new Set(Array.from({ length: 20 }, createVolumeName));
  assert.equal(names.size, 20);
  for (const name of names) assert.equal(checkVolumeName(name).length, 64);
});
