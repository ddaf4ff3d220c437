/**
 * Attributes of a copy of a mount, given while it is attached nowhere.
 *
 * @module
 * @see mount_setattr(2)
 */
import { MOUNT_ATTR } from "../../../ffi/constants/mount.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import type { RecordArgument, Symbolic } from "../../../ffi/record.ts";
import type { PrepareStep } from "./step.ts";
import { USER_NAMESPACE } from "./user_namespace.ts";

/** Size of `struct mount_attr`. */
const MOUNT_ATTR_BYTES = 32;

/** It is the descriptor itself that is meant. */
export const AT_EMPTY_PATH: Symbolic = {
  value: 0x1000,
  text: "AT_EMPTY_PATH",
};

/**
 * Plans mapping the ids of files. The caller provides the result
 * {@linkcode USER_NAMESPACE}.
 *
 * @param tree A copy of a mount, attached nowhere.
 * @param source What it is a copy of, for messages; a path of the host.
 */
export function mapIdsStep(tree: RecordArgument, source: string): PrepareStep {
  return {
    call: "mount_setattr",
    args: [
      tree,
      "",
      AT_EMPTY_PATH,
      {
        words: [flags(MOUNT_ATTR, "MOUNT_ATTR_IDMAP"), 0, 0, {
          result: USER_NAMESPACE,
        }],
      },
      MOUNT_ATTR_BYTES,
    ],
    attempt: `map the owners of the files in "${source}"`,
    why: "files of id 0 on disk belong to the container's root in there",
  };
}

/**
 * Plans giving attributes to a copy of a mount.
 *
 * @param at Whether mounts below it get them, too.
 */
export function setAttributesStep(
  tree: RecordArgument,
  at: Symbolic,
  attributes: Symbolic,
): PrepareStep {
  return {
    call: "mount_setattr",
    args: [
      tree,
      "",
      at,
      { words: [attributes, cleared(attributes), 0, 0] },
      MOUNT_ATTR_BYTES,
    ],
    why: "before it is attached, so that it is never seen without",
  };
}

/** Access times are a choice, not bits: to make one, all have to be cleared. */
function cleared(attributes: Symbolic): Symbolic {
  const choices = MOUNT_ATTR.MOUNT_ATTR_NOATIME |
    MOUNT_ATTR.MOUNT_ATTR_STRICTATIME;
  return (Number(attributes.value) & choices) === 0
    ? { value: 0, text: "0" }
    : flags(MOUNT_ATTR, "MOUNT_ATTR__ATIME");
}
