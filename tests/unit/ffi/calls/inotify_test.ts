/** @module */
import assert from "node:assert/strict";
import {
  addWatch,
  discardEvents,
  openInotify,
} from "../../../../ffi/calls/inotify.ts";
import { waitReadable } from "../../../../ffi/calls/poll.ts";
import { IN_CREATE } from "../../../../ffi/constants/inotify.ts";
import { isSyscallError } from "../../../../ffi/errno.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

Deno.test("an inotify descriptor wakes once for what has happened", async () => {
  using directory = new TemporaryDirectory();
  using inotify = openInotify();
  addWatch(inotify, directory.path, IN_CREATE);
  assert.deepEqual(await waitReadable([inotify], 1), []);
  await Deno.writeTextFile(`${directory.path}/new`, "");
  assert.deepEqual(await waitReadable([inotify], 60_000), [inotify]);
  discardEvents(inotify);
  assert.deepEqual(await waitReadable([inotify], 1), []);
});

Deno.test("addWatch() fails for what is not there", () => {
  using inotify = openInotify();
  assert.throws(
    () => addWatch(inotify, "/nonexistent", IN_CREATE),
    (error) => isSyscallError(error, "ENOENT"),
  );
});
