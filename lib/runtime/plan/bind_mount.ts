/**
 * Bind mounts as steps: a copy of a mount, or of a part of one, is given its
 * attributes while it is attached nowhere, and then attached.
 *
 * @module
 * @see open_tree(2), mount_setattr(2), move_mount(2)
 */
import { MOUNT_ATTR, MOVE_MOUNT } from "../../../ffi/constants/mount.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import type { RecordArgument, Symbolic } from "../../../ffi/record.ts";
import type { Mount } from "../../oci/runtime_spec.ts";
import type { MountOptions } from "./mount_options.ts";
import type { MountSteps } from "./mounts.ts";
import { AT_FDCWD, OPEN } from "./open_flags.ts";
import { IN_ROOT, OPEN_HOW_BYTES, openHow, relative } from "./open_how.ts";
import type { ChildStep, PrepareStep } from "./step.ts";
import { USER_NAMESPACE } from "./user_namespace.ts";

/** Size of `struct mount_attr`. */
const MOUNT_ATTR_BYTES = 32;

const AT_EMPTY_PATH_RECURSIVE: Symbolic = {
  value: 0x9000,
  text: "AT_EMPTY_PATH|AT_RECURSIVE",
};
const AT_EMPTY_PATH: Symbolic = { value: 0x1000, text: "AT_EMPTY_PATH" };

/**
 * Plans a bind mount, attached to its destination by descriptor.
 *
 * @param name What the descriptor of the copy is called in the plan.
 * @param covered Whether the destination lies on a mount of the new process.
 */
export function bindMount(
  mount: Mount,
  options: MountOptions,
  { name, covered }: { name: string; covered: boolean },
): MountSteps {
  const prepare: PrepareStep[] = cloneTree(mount, options, name);
  const tree: RecordArgument = { result: name };
  if (options.ids === "container") prepare.push(mapIds(mount, tree));
  if (options.attributes.value !== 0) {
    prepare.push(setAttributes(tree, AT_EMPTY_PATH, options.attributes));
  }
  if (options.recursiveAttributes.value !== 0) {
    prepare.push(
      setAttributes(tree, AT_EMPTY_PATH_RECURSIVE, options.recursiveAttributes),
    );
  }
  const why = `${mount.source} appears as ${mount.destination}`;
  if (!covered) {
    prepare.push({
      call: "move_mount",
      args: [
        tree,
        "",
        AT_FDCWD,
        { beneath: mount.destination, create: { like: name } },
        flags(MOVE_MOUNT, "MOVE_MOUNT_F_EMPTY_PATH", "MOVE_MOUNT_T_SYMLINKS"),
      ],
      why,
    });
    return { prepare, child: [] };
  }
  const child: ChildStep[] = [
    {
      call: "openat2",
      args: [
        AT_FDCWD,
        relative(mount.destination),
        openHow(flags(OPEN, "O_PATH", "O_CLOEXEC"), IN_ROOT),
        OPEN_HOW_BYTES,
      ],
      as: "mountpoint",
      why: "links of sysfs and of other volumes, but none that leads outside",
    },
    {
      call: "move_mount",
      args: [
        tree,
        "",
        { result: "mountpoint" },
        "",
        flags(
          MOVE_MOUNT,
          "MOVE_MOUNT_F_EMPTY_PATH",
          "MOVE_MOUNT_T_EMPTY_PATH",
        ),
      ],
      why: `${why}, on top of a mount that is made here`,
    },
  ];
  return { prepare, child };
}

function cloneTree(
  mount: Mount,
  options: MountOptions,
  name: string,
): PrepareStep[] {
  const recursive = options.bind === "tree";
  const value = 0x80001 + (recursive ? 0x8000 : 0);
  const text = `OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC${
    recursive ? "|AT_RECURSIVE" : ""
  }`;
  const { subpath } = options;
  const why = `a copy of the mount at ${mount.source}, still attached nowhere`;
  if (subpath === undefined) {
    const args = [AT_FDCWD, mount.source, { value, text }];
    return [{ call: "open_tree", args, as: name, why }];
  }
  return [
    ...openPart(mount, subpath, name),
    {
      call: "open_tree",
      args: [{ result: `${name}.part` }, "", {
        value: value + Number(AT_EMPTY_PATH.value),
        text: `${text}|${AT_EMPTY_PATH.text}`,
      }],
      as: name,
      why,
    },
  ];
}

/** What is in a volume is its containers', and so is where its links lead. */
function openPart(
  { source }: Mount,
  subpath: string,
  name: string,
): PrepareStep[] {
  return [
    {
      call: "openat",
      args: [
        AT_FDCWD,
        source,
        flags(OPEN, "O_PATH", "O_DIRECTORY", "O_CLOEXEC"),
      ],
      as: `${name}.whole`,
      why: `what ${subpath} is a part of`,
    },
    {
      call: "openat2",
      args: [
        { result: `${name}.whole` },
        subpath,
        openHow(flags(OPEN, "O_PATH", "O_CLOEXEC"), IN_ROOT),
        OPEN_HOW_BYTES,
      ],
      as: `${name}.part`,
      attempt: `find "${subpath}" in "${source}"`,
      why: "links in there must not lead elsewhere",
    },
  ];
}

/** Maps the ids of files; the caller provides the user namespace. */
function mapIds({ source }: Mount, tree: RecordArgument): PrepareStep {
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

function setAttributes(
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
