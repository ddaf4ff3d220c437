/**
 * Bind mounts as steps: a copy of a mount, or of a part of one, is given its
 * attributes while it is attached nowhere, and then attached.
 *
 * @module
 * @see open_tree(2), mount_setattr(2), move_mount(2)
 */
import { MOVE_MOUNT } from "../../../ffi/constants/mount.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import type { RecordArgument, Symbolic } from "../../../ffi/record.ts";
import type { Mount } from "../../oci/runtime_spec.ts";
import {
  AT_EMPTY_PATH,
  mapIdsStep,
  setAttributesStep,
} from "./mount_attributes.ts";
import type { MountOptions } from "./mount_options.ts";
import type { MountSteps } from "./mounts.ts";
import { AT_FDCWD, OPEN } from "./open_flags.ts";
import { IN_ROOT, OPEN_HOW_BYTES, openHow, relative } from "./open_how.ts";
import type { ChildStep, PrepareStep } from "./step.ts";

const AT_EMPTY_PATH_RECURSIVE: Symbolic = {
  value: 0x9000,
  text: "AT_EMPTY_PATH|AT_RECURSIVE",
};

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
  if (options.ids === "container") prepare.push(mapIdsStep(tree, mount.source));
  if (options.attributes.value !== 0) {
    prepare.push(setAttributesStep(tree, AT_EMPTY_PATH, options.attributes));
  }
  if (options.recursiveAttributes.value !== 0) {
    prepare.push(
      setAttributesStep(
        tree,
        AT_EMPTY_PATH_RECURSIVE,
        options.recursiveAttributes,
      ),
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
