/** @module */
import assert from "node:assert/strict";
import { SpecError } from "../../../../lib/base/errors.ts";
import type { Mount } from "../../../../lib/oci/runtime_spec.ts";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import { isLater, mountSteps } from "../../../../lib/runtime/plan/mounts.ts";
import { bind, fileSystem } from "../../../support/runtime_spec.ts";

function texts(
  mount: Mount,
  later: readonly string[] = [],
): { prepare: string[]; child: string[] } {
  const { prepare, child } = mountSteps(mount, 3, later);
  return {
    prepare: prepare.map(describeStep),
    child: child.map(describeStep),
  };
}

Deno.test("isLater() is for file systems that show a namespace, unless bound", () => {
  for (const type of ["proc", "sysfs", "mqueue", "cgroup2"]) {
    assert.ok(isLater(fileSystem("/x", type, "ro")), type);
    assert.ok(!isLater(fileSystem("/x", type, "rbind")), type);
  }
  for (const type of ["tmpfs", "devpts", "bind", "constructor"]) {
    assert.ok(!isLater(fileSystem("/x", type, "ro")), type);
  }
});

Deno.test("mountSteps() makes a plain file system beforehand", () => {
  assert.deepEqual(texts(fileSystem("/run", "tmpfs", "nosuid,size=1m")), {
    prepare: ['mount("tmpfs", <root>/run, "tmpfs", MS_NOSUID, "size=1m")'],
    child: [],
  });
});

Deno.test("mountSteps() leaves what shows a namespace to the new process", () => {
  const { prepare, child } = texts(fileSystem("/a/b", "sysfs", "ro"));
  assert.deepEqual(prepare, [
    "openat(AT_FDCWD, <root>/a/b, O_PATH|O_DIRECTORY|O_CLOEXEC)",
  ]);
  assert.deepEqual(child, [
    'openat2(AT_FDCWD, "a/b", {O_PATH|O_DIRECTORY|O_CLOEXEC, 0, RESOLVE_NO_SYMLINKS}, 24)',
    "fchdir($mountpoint)",
    'mount("sysfs", ".", "sysfs", MS_RDONLY, NULL)',
    "fchdir($newroot)",
  ]);
});

Deno.test("mountSteps() copies a tree and gives it its attributes before attaching", () => {
  assert.deepEqual(texts(bind("/h", "/c", "rbind,rro,rnosuid,nodev")), {
    prepare: [
      'open_tree(AT_FDCWD, "/h", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE)',
      'mount_setattr($mount.3, "", AT_EMPTY_PATH, {MOUNT_ATTR_NODEV, 0, 0, 0}, 32)',
      'mount_setattr($mount.3, "", AT_EMPTY_PATH|AT_RECURSIVE, {MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID, 0, 0, 0}, 32)',
      'move_mount($mount.3, "", AT_FDCWD, <root>/c, MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_SYMLINKS)',
    ],
    child: [],
  });
});

Deno.test("mountSteps() creates the kind of thing that is bound", () => {
  const { prepare } = mountSteps(bind("/h", "/c"), 3, []);
  assert.deepEqual(prepare.at(-1)?.args[3], {
    beneath: "/c",
    create: { like: "mount.3" },
  });
});

// The kernel refuses MOUNT_ATTR_NOATIME alone: mount_setattr(2), "EINVAL".
for (const option of ["noatime", "strictatime"]) {
  Deno.test(`mountSteps() clears the choice of access times for ${option}`, () => {
    const attribute = `MOUNT_ATTR_${option.toUpperCase()}`;
    const { prepare } = texts(bind("/h", "/c", `bind,nodev,${option}`));
    assert.equal(
      prepare[1],
      `mount_setattr($mount.3, "", AT_EMPTY_PATH, {MOUNT_ATTR_NODEV|${attribute}, MOUNT_ATTR__ATIME, 0, 0}, 32)`,
    );
  });
}

Deno.test("mountSteps() attaches in the new process what lies on its mounts", () => {
  const later = ["/proc", "/sys"];
  const bound = texts(bind("/h", "/sys/x"), later);
  assert.equal(bound.prepare.length, 1, "the copy alone");
  assert.deepEqual(bound.child, [
    'openat2(AT_FDCWD, "sys/x", {O_PATH|O_CLOEXEC, 0, RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS}, 24)',
    'move_mount($mount.3, "", $mountpoint, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)',
  ]);
  const made = texts(fileSystem("/sys/fs/cgroup", "tmpfs", "ro"), later);
  assert.deepEqual(made.prepare, []);
  assert.equal(made.child[2], 'mount("tmpfs", ".", "tmpfs", MS_RDONLY, NULL)');
  assert.deepEqual(texts(bind("/h", "/system"), later).child, []);
});

for (
  const mount of [
    bind("/h", "/proc"),
    fileSystem("/proc", "tmpfs", "ro"),
    { ...bind("/proc", "/proc"), type: "proc" },
  ]
) {
  Deno.test(`mountSteps() refuses ${mount.type} ${mount.options} on /proc`, () => {
    assert.throws(() => mountSteps(mount, 3, []), (error) => {
      assert.ok(error instanceof SpecError);
      assert.equal(error.pointer, "/mounts/3/destination");
      assert.match(error.message, /only a proc file system can be there$/);
      return true;
    });
  });
}
