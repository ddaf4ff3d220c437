/** @module */
import assert from "node:assert/strict";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import { idMappedSteps } from "../../../../lib/runtime/plan/id_mapped_mounts.ts";

Deno.test("idMappedSteps() covers each directory by a mapped copy of itself", () => {
  assert.deepEqual(idMappedSteps([]), []);
  assert.deepEqual(idMappedSteps(["/l/a", "/c"]).map(describeStep), [
    'open_tree(AT_FDCWD, "/l/a", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)',
    'mount_setattr($idmapped.0, "", AT_EMPTY_PATH, {MOUNT_ATTR_IDMAP, 0, 0, $userns}, 32)',
    'move_mount($idmapped.0, "", AT_FDCWD, "/l/a", MOVE_MOUNT_F_EMPTY_PATH)',
    'open_tree(AT_FDCWD, "/c", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)',
    'mount_setattr($idmapped.1, "", AT_EMPTY_PATH, {MOUNT_ATTR_IDMAP, 0, 0, $userns}, 32)',
    'move_mount($idmapped.1, "", AT_FDCWD, "/c", MOVE_MOUNT_F_EMPTY_PATH)',
  ]);
});
