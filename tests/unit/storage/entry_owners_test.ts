import assert from "node:assert/strict";
import {
  ownedInside,
  ownedOutside,
} from "../../../lib/storage/entry_owners.ts";
import type { ByteString } from "../../../lib/storage/tar/byte_string.ts";
import type { TarEntry } from "../../../lib/storage/tar/entry.ts";

const MAPPINGS = {
  uid: [{ containerID: 0, hostID: 100_000, size: 1000 }],
  gid: [
    { containerID: 0, hostID: 200_000, size: 1 },
    { containerID: 1, hostID: 300_001, size: 70_000 },
  ],
};

/** A file of these owners. */
function owned(uid: number, gid: number): TarEntry {
  return {
    type: "file",
    name: "f" as ByteString,
    linkName: "" as ByteString,
    mode: 0o644,
    uid,
    gid,
    modified: { seconds: 0, nanoseconds: 0 },
    device: { major: 0, minor: 0 },
    sizeBytes: 0,
    extents: undefined,
    xattrs: new Map(),
  };
}

function ids({ uid, gid }: TarEntry): [number, number] {
  return [uid, gid];
}

Deno.test("ownedInside() tells the ids that a container knows", () => {
  const { uid, gid } = ownedInside(owned(100_033, 300_044), MAPPINGS);
  assert.deepEqual([uid, gid], [33, 44]);
});

Deno.test("ownedInside() tells nobody's of what a container has no id for", () => {
  assert.deepEqual(ids(ownedInside(owned(0, 0), MAPPINGS)), [65_534, 65_534]);
});

Deno.test("ownedOutside() tells the ids that the host knows", () => {
  assert.deepEqual(
    ids(ownedOutside(owned(33, 0), MAPPINGS)),
    [100_033, 200_000],
  );
});

Deno.test("ownedOutside() gives what has no id to nobody, or else to root", () => {
  assert.deepEqual(
    ids(ownedOutside(owned(5000, 100_000), MAPPINGS)),
    [100_000, 365_534],
  );
});

Deno.test("ownedOutside() undoes ownedInside(), in attributes too", () => {
  const acl = new Uint8Array(12);
  // Version 2, a named user: 100033.
  acl.set([2, 0, 0, 0, 2, 0, 7, 0, 0xc1, 0x86, 0x01, 0x00]);
  const name = "system.posix_acl_access" as ByteString;
  const entry = { ...owned(100_001, 300_002), xattrs: new Map([[name, acl]]) };
  const inside = ownedInside(entry, MAPPINGS);
  assert.deepEqual([...inside.xattrs.get(name) ?? []].slice(8), [33, 0, 0, 0]);
  assert.deepEqual(ownedOutside(inside, MAPPINGS), entry);
});

Deno.test("files of a container without ids of its own stay as they are", () => {
  const entry = owned(1, 2);
  assert.equal(ownedInside(entry, undefined), entry);
  assert.equal(ownedOutside(entry, undefined), entry);
});
