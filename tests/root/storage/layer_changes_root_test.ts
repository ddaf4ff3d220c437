/**
 * What overlayfs leaves in a layer is made by overlayfs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { unshare } from "../../../ffi/calls/namespace.ts";
import { lsetxattr } from "../../../ffi/calls/xattr.ts";
import { MOUNT } from "../../../ffi/constants/mount.ts";
import { CLONE } from "../../../ffi/constants/sched.ts";
import { syscall } from "../../../ffi/syscall.ts";
import { removePath } from "../../../lib/base/remove_tree.ts";
import { PrivateMounts } from "../../../lib/runtime/rootfs/private_mounts.ts";
import { listChanges } from "../../../lib/storage/layer_changes.ts";
import { overlayOptions } from "../../../lib/storage/overlay.ts";
import {
  createSnapshot,
  overlayDirectories,
  type Snapshot,
  snapshotIn,
} from "../../../lib/storage/snapshot.ts";
import { openDescriptors } from "../../support/processes.ts";
import { rootTest } from "../../support/root.ts";

const LETTERS = { added: "A", changed: "C", removed: "D" };

/** Changes an image through an overlay, and lists what that was. */
function changesOf(
  change: (root: string) => void,
  prepare: (snapshot: Snapshot) => void = (): void => {},
): string[] {
  const directory = Deno.makeTempDirSync({ dir: "/var/tmp", prefix: "diff-" });
  try {
    const [top, bottom] = [`${directory}/top`, `${directory}/bottom`];
    for (const path of [`${top}/both`, `${bottom}/both`, `${bottom}/d/e`]) {
      Deno.mkdirSync(path, { recursive: true });
    }
    Deno.writeTextFileSync(`${top}/both/upper`, "");
    for (const name of ["both/lower", "d/f", "d/g", "d/e/h", "z"]) {
      Deno.writeTextFileSync(`${bottom}/${name}`, "text");
    }
    const snapshot = snapshotIn(directory, [top, bottom]);
    prepare(snapshot);
    createSnapshot(snapshot);
    changeThroughOverlay(snapshot, change);
    const before = openDescriptors();
    const changes = listChanges(snapshot);
    assert.equal(openDescriptors(), before);
    return changes.map(({ kind, path }) => `${LETTERS[kind]} ${path}`);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

function changeThroughOverlay(
  snapshot: Snapshot,
  change: (root: string) => void,
): void {
  const directories = overlayDirectories(snapshot, "kept");
  using _mounts = new PrivateMounts();
  unshare(CLONE.CLONE_FS | CLONE.CLONE_NEWNS);
  syscall("mount", null, "/", null, MOUNT.MS_REC | MOUNT.MS_PRIVATE, null);
  const options = overlayOptions(directories).join(",");
  syscall("mount", "overlay", snapshot.merged, "overlay", 0, options);
  change(snapshot.merged);
}

rootTest("listChanges() lists nothing of an image that is only read", () => {
  assert.deepEqual(changesOf((root) => Deno.readTextFileSync(`${root}/z`)), []);
});

rootTest("listChanges() tells added, changed and removed files, sorted", () => {
  const changes = changesOf((root) => {
    Deno.writeTextFileSync(`${root}/z`, "other");
    Deno.writeTextFileSync(`${root}/a`, "new");
    Deno.removeSync(`${root}/d/f`);
    Deno.mkdirSync(`${root}/n/m`, { recursive: true });
    Deno.removeSync(`${root}/both/upper`);
    Deno.removeSync(`${root}/both/lower`);
  });
  assert.deepEqual(changes, [
    "A /a",
    "C /both",
    "D /both/lower",
    "D /both/upper",
    "C /d",
    "D /d/f",
    "A /n",
    "A /n/m",
    "C /z",
  ]);
});

rootTest("listChanges() tells a directory that has become another one", () => {
  const changes = changesOf((root) => {
    removePath(`${root}/d`);
    Deno.mkdirSync(`${root}/d`);
    Deno.writeTextFileSync(`${root}/d/g`, "new");
    Deno.writeTextFileSync(`${root}/d/new`, "new");
  });
  assert.deepEqual(changes, [
    "C /d",
    "D /d/e",
    "D /d/f",
    "C /d/g",
    "A /d/new",
  ]);
});

rootTest("listChanges() tells one line of a tree that has been removed", () => {
  const changes = changesOf((root) => removePath(`${root}/d`));
  assert.deepEqual(changes, ["D /d"]);
});

rootTest("listChanges() tells a file in place of a directory, and back", () => {
  const changes = changesOf((root) => {
    removePath(`${root}/d`);
    Deno.writeTextFileSync(`${root}/d`, "");
    Deno.removeSync(`${root}/z`);
    Deno.mkdirSync(`${root}/z/y`, { recursive: true });
  });
  assert.deepEqual(changes, ["C /d", "C /z", "A /z/y"]);
});

rootTest("listChanges() tells directories with other attributes", () => {
  const changes = changesOf((root) => {
    Deno.chmodSync(`${root}/d/e`, 0o700);
    Deno.chownSync(`${root}/both`, 5, 6);
  });
  assert.deepEqual(changes, ["C /both", "C /d", "C /d/e"]);
});

rootTest("listChanges() knows what layers of the image have hidden", () => {
  const changes = changesOf((root) => {
    Deno.writeTextFileSync(`${root}/d/f`, "new");
    Deno.writeTextFileSync(`${root}/both/lower`, "new");
  }, ({ lower: [top = ""] }) => {
    // `d/f` is removed by a layer, and `both` begins anew in it.
    Deno.mkdirSync(`${top}/d`);
    const S_IFCHR = 0o020000;
    const AT_FDCWD = -100;
    syscall("mknodat", AT_FDCWD, `${top}/d/f`, S_IFCHR, 0);
    const y = new TextEncoder().encode("y");
    lsetxattr(`${top}/both`, "trusted.overlay.opaque", y);
  });
  assert.deepEqual(changes, ["C /both", "A /both/lower", "C /d", "A /d/f"]);
});

rootTest(
  "listChanges() tells what is gone from directories within a new one",
  () => {
    const changes = changesOf((root) => {
      removePath(`${root}/d`);
      Deno.mkdirSync(`${root}/d/e`, { recursive: true });
    });
    assert.deepEqual(changes, [
      "C /d",
      "C /d/e",
      "D /d/e/h",
      "D /d/f",
      "D /d/g",
    ]);
  },
);

rootTest("listChanges() looks for the image below no file of a layer", () => {
  const changes = changesOf((root) => {
    removePath(`${root}/d`);
    Deno.mkdirSync(`${root}/d`);
    Deno.writeTextFileSync(`${root}/d/f`, "new");
  }, ({ lower: [top = ""] }) => {
    Deno.writeTextFileSync(`${top}/d`, "in place of the directory");
  });
  assert.deepEqual(changes, ["C /d", "A /d/f"]);
});

rootTest(
  "listChanges() compares trees deeper than there are descriptors",
  () => {
    const DEPTH = 1050;
    const changes = changesOf((root) => {
      Deno.mkdirSync(`${root}/${"a/".repeat(DEPTH)}`, { recursive: true });
    });
    assert.equal(changes.length, DEPTH);
  },
);
