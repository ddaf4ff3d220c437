/** @module */
import assert from "node:assert/strict";
import { isSyscallError } from "../../../ffi/errno.ts";
import { holdUserNamespace } from "../../../lib/runtime/launch/user_namespace.ts";
import { canMapOwners } from "../../../lib/storage/idmapped.ts";
import { openDescriptors } from "../../support/processes.ts";
import { rootTest } from "../../support/root.ts";

const MAPS = { uid: "0 300000 65536\n", gid: "0 300000 65536\n" };
const PLACES = "/var/tmp";

rootTest(
  "canMapOwners() tries it on every directory, and leaves nothing",
  async () => {
    const directory = await Deno.makeTempDir({ dir: PLACES });
    const before = openDescriptors();
    const mounts = await Deno.readTextFile("/proc/self/mountinfo");
    try {
      using userns = await holdUserNamespace(MAPS);
      assert.ok(canMapOwners([directory, PLACES], userns, "6.1.0"));
      // No kernel maps the owners of what it makes up itself.
      assert.ok(!canMapOwners([directory, "/proc"], userns, "6.1.0"));
      assert.ok(!canMapOwners([directory], userns, "5.18.0"));
      assert.throws(
        () => canMapOwners([`${directory}/missing`], userns, "6.1.0"),
        (error) => isSyscallError(error, "ENOENT"),
      );
    } finally {
      await Deno.remove(directory);
    }
    assert.equal(openDescriptors(), before);
    assert.equal(await Deno.readTextFile("/proc/self/mountinfo"), mounts);
  },
);
