/** @module */
import assert from "node:assert/strict";
import { mountAt } from "../../../../lib/engine/doctor/mount_at.ts";
import { fakeProbe, mountinfo } from "../../../support/fake_probe.ts";

Deno.test("mountAt() finds the nearest mount, the last of several", () => {
  const probe = fakeProbe({
    files: {
      "/proc/self/mountinfo": mountinfo(
        "/ ext4",
        "/var xfs",
        "/var/lib tmpfs",
        "/var/lib btrfs",
      ),
    },
  });
  const typeOf = (path: string): string | undefined =>
    mountAt(probe, path)?.type;
  assert.equal(typeOf("/"), "ext4");
  assert.equal(typeOf("/home"), "ext4");
  assert.equal(typeOf("/variable"), "ext4");
  assert.equal(typeOf("/var"), "xfs");
  assert.equal(typeOf("/var/lib/tsdocker"), "btrfs");
});

Deno.test("mountAt() knows nothing where no mounts are shown", () => {
  assert.equal(mountAt({ readText: () => undefined }, "/"), undefined);
});
