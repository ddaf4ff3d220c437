/** @module */
import assert from "node:assert/strict";
import { openat } from "../../../../ffi/calls/file.ts";
import { flock, tryFlock } from "../../../../ffi/calls/flock.ts";
import {
  AT_FDCWD,
  LOCK_EX,
  LOCK_NB,
  O_DIRECTORY,
} from "../../../../ffi/constants/fcntl.ts";
import type { Fd } from "../../../../ffi/fd.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

/** A directory, opened twice. */
function openTwice(path: string): [Fd, Fd] {
  const open = (): Fd => openat(AT_FDCWD, path, O_DIRECTORY);
  return [open(), open()];
}

Deno.test("flock() is held by the open file", () => {
  using directory = new TemporaryDirectory();
  const [one, other] = openTwice(directory.path);
  using _other = other;
  flock(one.number, LOCK_EX);
  assert.throws(() => flock(other.number, LOCK_EX | LOCK_NB), {
    code: "EAGAIN",
  });
  one[Symbol.dispose]();
  flock(other.number, LOCK_EX | LOCK_NB);
});

Deno.test("tryFlock() locks what nobody else has locked", () => {
  using directory = new TemporaryDirectory();
  const [one, other] = openTwice(directory.path);
  using _one = one;
  using _other = other;
  assert.ok(tryFlock(one.number, LOCK_EX));
  assert.ok(!tryFlock(other.number, LOCK_EX));
  assert.throws(() => tryFlock(other.number, 0), { code: "EINVAL" });
});
