/**
 * Directories of the host, such as layers, whose files are to have the ids of
 * a container's user namespace.
 *
 * @module
 * @see Linux Documentation/filesystems/idmappings.rst
 */
import { MOVE_MOUNT } from "../../../ffi/constants/mount.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import type { Symbolic } from "../../../ffi/record.ts";
import { mapIdsStep } from "./mount_attributes.ts";
import { AT_FDCWD } from "./open_flags.ts";
import type { PrepareStep } from "./step.ts";

const CLONE_TREE: Symbolic = {
  value: 0x80001,
  text: "OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC",
};

/**
 * Plans covering directories of the host by copies of their mount in which the
 * ids of their files are the container's. The caller provides the result
 * `userns`.
 *
 * @param directories Absolute paths on the host.
 */
export function idMappedSteps(
  directories: readonly string[],
): readonly PrepareStep[] {
  return directories.flatMap((directory, index): PrepareStep[] => {
    const tree = { result: `idmapped.${index}` };
    return [
      {
        call: "open_tree",
        args: [AT_FDCWD, directory, CLONE_TREE],
        as: tree.result,
        why: `a copy of the mount at ${directory}, still attached nowhere`,
      },
      mapIdsStep(tree, directory),
      {
        call: "move_mount",
        args: [
          tree,
          "",
          AT_FDCWD,
          directory,
          flags(MOVE_MOUNT, "MOVE_MOUNT_F_EMPTY_PATH"),
        ],
        why: "the overlay is made of what is mounted there",
      },
    ];
  });
}
