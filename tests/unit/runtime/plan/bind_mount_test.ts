/** @module */
import assert from "node:assert/strict";
import { bindMount } from "../../../../lib/runtime/plan/bind_mount.ts";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import { parseMountOptions } from "../../../../lib/runtime/plan/mount_options.ts";

/** The steps that bind /src to /d. */
function texts(...options: string[]): string[] {
  const mount = { destination: "/d", type: "bind", source: "/src", options };
  const { prepare, child } = bindMount(mount, parseMountOptions(options), {
    name: "m",
    covered: false,
  });
  assert.deepEqual(child, []);
  return prepare.map(describeStep);
}

const ATTACH = 'move_mount($m, "", AT_FDCWD, <root>/d, ' +
  "MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_SYMLINKS)";

Deno.test("bindMount() finds a part of the source by descriptor", () => {
  assert.deepEqual(texts("rbind", "subpath=a/b"), [
    'openat(AT_FDCWD, "/src", O_PATH|O_DIRECTORY|O_CLOEXEC)',
    'openat2($m.whole, "a/b", {O_PATH|O_CLOEXEC, 0, RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS}, 24)',
    'open_tree($m.part, "", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE|AT_EMPTY_PATH)',
    ATTACH,
  ]);
});

Deno.test("bindMount() maps ids before anything is attached", () => {
  assert.deepEqual(texts("bind", "idmap", "rro"), [
    'open_tree(AT_FDCWD, "/src", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)',
    'mount_setattr($m, "", AT_EMPTY_PATH, {MOUNT_ATTR_IDMAP, 0, 0, $userns}, 32)',
    'mount_setattr($m, "", AT_EMPTY_PATH|AT_RECURSIVE, {MOUNT_ATTR_RDONLY, 0, 0, 0}, 32)',
    ATTACH,
  ]);
});
