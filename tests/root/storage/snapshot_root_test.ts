/**
 * Whiteouts are device nodes, which only root can make.
 *
 * @module
 */
import assert from "node:assert/strict";
import { lsetxattr } from "../../../ffi/calls/xattr.ts";
import { type Snapshot, snapshotIn } from "../../../lib/storage/snapshot.ts";
import { readSnapshotFile } from "../../support/snapshot_file.ts";
import { rootTest } from "../../support/root.ts";

const PASSWD = "/etc/passwd";

/** A snapshot of a layer with `/etc/passwd`, an empty layer above it. */
async function withSnapshot(
  use: (snapshot: Snapshot, top: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "snapshot-" });
  const [top, bottom] = [`${directory}/top`, `${directory}/bottom`];
  try {
    await Deno.mkdir(top);
    await Deno.mkdir(`${bottom}/etc`, { recursive: true });
    await Deno.writeTextFile(`${bottom}${PASSWD}`, "below");
    const snapshot = snapshotIn(directory, [top, bottom]);
    await Deno.mkdir(snapshot.upper);
    assert.equal(readSnapshotFile(snapshot, PASSWD), "below");
    await use(snapshot, top);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Makes a device node. */
async function makeNode(path: string, ...device: string[]): Promise<void> {
  const { success } = await new Deno.Command("mknod", {
    args: [path, ...device],
  }).output();
  assert.ok(success, `mknod ${path}`);
}

rootTest(
  "readSnapshotFiles() finds no file that a layer above has removed",
  () =>
    withSnapshot(async (snapshot, top) => {
      await Deno.mkdir(`${top}/etc`);
      await makeNode(`${top}${PASSWD}`, "c", "0", "0");
      assert.equal(readSnapshotFile(snapshot, PASSWD), undefined);
    }),
);

rootTest(
  "readSnapshotFiles() finds no file that the container has removed",
  () =>
    withSnapshot(async (snapshot) => {
      await Deno.mkdir(`${snapshot.upper}/etc`);
      await makeNode(`${snapshot.upper}${PASSWD}`, "c", "0", "0");
      assert.equal(readSnapshotFile(snapshot, PASSWD), undefined);
    }),
);

rootTest(
  "readSnapshotFiles() finds nothing in a directory that was removed",
  () =>
    withSnapshot(async (snapshot, top) => {
      await makeNode(`${top}/etc`, "c", "0", "0");
      assert.equal(readSnapshotFile(snapshot, PASSWD), undefined);
    }),
);

rootTest(
  "readSnapshotFiles() never opens a device of the image",
  () =>
    withSnapshot(async (snapshot, top) => {
      await Deno.mkdir(`${top}/etc`);
      // /dev/zero, which has no end.
      await makeNode(`${top}${PASSWD}`, "c", "1", "5");
      assert.equal(readSnapshotFile(snapshot, PASSWD), undefined);
    }),
);

rootTest(
  "readSnapshotFiles() finds nothing below a directory that begins anew",
  () =>
    withSnapshot(async (snapshot, top) => {
      await Deno.mkdir(`${top}/etc`);
      assert.equal(readSnapshotFile(snapshot, PASSWD), "below");
      const y = new TextEncoder().encode("y");
      lsetxattr(`${top}/etc`, "trusted.overlay.opaque", y);
      assert.equal(readSnapshotFile(snapshot, PASSWD), undefined);
      await Deno.writeTextFile(`${top}${PASSWD}`, "anew");
      assert.equal(readSnapshotFile(snapshot, PASSWD), "anew");
    }),
);

rootTest(
  "readSnapshotFiles() finds what was made again after a removal",
  () =>
    withSnapshot(async ({ upper, work, merged, lower }, top) => {
      await makeNode(`${top}/etc`, "c", "0", "0");
      await Deno.mkdir(`${work}/etc`, { recursive: true });
      await Deno.writeTextFile(`${work}/etc/group`, "again");
      const snapshot = { upper, work, merged, lower: [work, ...lower] };
      assert.equal(readSnapshotFile(snapshot, PASSWD), undefined);
      assert.equal(readSnapshotFile(snapshot, "/etc/group"), "again");
    }),
);
