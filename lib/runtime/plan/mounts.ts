/**
 * `mounts` of a runtime specification as steps.
 *
 * Most mounts are made beforehand in the caller's private mount namespace,
 * where TypeScript can resolve their destinations beneath the root. A file
 * system that shows the namespaces of whoever mounts it has to wait for the
 * new process, and so has everything that is mounted on top of one.
 *
 * @module
 * @see runtime-spec 1.2, config.md, "Mounts"
 */
import { MOUNT, MOUNT_ATTR, MOVE_MOUNT } from "../../../ffi/constants/mount.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import {
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
} from "../../../ffi/constants/openat2.ts";
import { SpecError } from "../../base/errors.ts";
import type { RecordArgument, Symbolic } from "../../../ffi/record.ts";
import type { Mount } from "../../oci/runtime_spec.ts";
import { type MountOptions, parseMountOptions } from "./mount_options.ts";
import { AT_FDCWD, OPEN } from "./open_flags.ts";
import type { ChildStep, PrepareStep } from "./step.ts";
import { USER_NAMESPACE } from "./user_namespace.ts";

/** File systems that show the namespaces of the process that mounts them. */
const OF_NAMESPACE: ReadonlyMap<string, string> = new Map([
  ["proc", "pid"],
  ["sysfs", "network"],
  ["mqueue", "ipc"],
  ["cgroup2", "cgroup"],
]);

/** Size of `struct open_how`. */
export const OPEN_HOW_BYTES = 24;
/** Size of `struct mount_attr`. */
const MOUNT_ATTR_BYTES = 32;

const AT_EMPTY_PATH_RECURSIVE: Symbolic = {
  value: 0x9000,
  text: "AT_EMPTY_PATH|AT_RECURSIVE",
};
const AT_EMPTY_PATH: Symbolic = { value: 0x1000, text: "AT_EMPTY_PATH" };

/** Steps before and after the process exists. */
export interface MountSteps {
  readonly prepare: readonly PrepareStep[];
  readonly child: readonly ChildStep[];
}

/**
 * Plans one mount.
 *
 * @param mount The mount.
 * @param index Its place in `mounts`, for names and error pointers.
 * @param later Destinations that the new process mounts, so far.
 */
export function mountSteps(
  mount: Mount,
  index: number,
  later: readonly string[],
): MountSteps {
  const options = parseMountOptions(mount.options);
  if (mount.destination.startsWith("/proc/") || isUnder(mount, "/proc")) {
    throw new SpecError(
      `/mounts/${index}/destination`,
      `Cannot mount on "${mount.destination}": it is inside /proc`,
    );
  }
  if (mount.destination === "/proc" && !isProc(mount, options)) {
    throw new SpecError(
      `/mounts/${index}/destination`,
      `Cannot mount "${mount.source}" on "/proc": only a proc file system can be there`,
    );
  }
  if (isLater(mount)) return mountInChild(mount, options);
  const covered = isCovered(mount, later);
  if (options.bind === "no") {
    return covered
      ? mountInChild(mount, options)
      : { prepare: [newMount(mount, options)], child: [] };
  }
  return bindMount(mount, options, { name: `mount.${index}`, covered });
}

/**
 * Anything else could have links in place of what the runtime writes to, as
 * root, while the host's files are still there: kernel parameters.
 */
function isProc({ type }: Mount, { bind }: MountOptions): boolean {
  return type === "proc" && bind === "no";
}

/** Whether the mount has to be made by the new process. */
export function isLater(mount: Mount): boolean {
  return OF_NAMESPACE.has(mount.type) &&
    parseMountOptions(mount.options).bind === "no";
}

/** Whether it lies on a mount of the new process, so on one it has to wait for. */
export function isCovered(mount: Mount, later: readonly string[]): boolean {
  return later.some((path) => isUnder(mount, path));
}

function isUnder(mount: Mount, path: string): boolean {
  return mount.destination.startsWith(`${path}/`);
}

/** Whether a path inside the container is another one, or lies below it. */
export function isWithin(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}/`);
}

function newMount(mount: Mount, options: MountOptions): PrepareStep {
  return {
    call: "mount",
    args: [
      mount.source,
      { beneath: mount.destination, create: "directory" },
      mount.type,
      options.flags,
      options.data === "" ? null : options.data,
    ],
    ...attemptedOptions(mount, options),
    why: `a ${mount.type} of the container's own on ${mount.destination}`,
  };
}

/** The options of a tmpfs can be the user's own words. */
function attemptedOptions(
  { type, destination }: Mount,
  { data }: MountOptions,
): Pick<ChildStep, "attempt"> {
  if (type !== "tmpfs" || data === "") return {};
  return { attempt: `mount a tmpfs on "${destination}" with "${data}"` };
}

/**
 * A mount made by the new process. The destination was created beforehand; it
 * is opened without following any symbolic link and mounted on as `.`.
 */
function mountInChild(mount: Mount, options: MountOptions): MountSteps {
  const namespace = OF_NAMESPACE.get(mount.type);
  const reason = namespace === undefined
    ? `it lies on a mount that is made here`
    : `it shows the ${namespace} namespace of whoever mounts it`;
  return {
    prepare: namespace === undefined ? [] : [ensureDirectory(mount)],
    child: [
      {
        call: "openat2",
        args: [
          AT_FDCWD,
          relative(mount.destination),
          openHow(flags(OPEN, "O_PATH", "O_DIRECTORY", "O_CLOEXEC")),
          OPEN_HOW_BYTES,
        ],
        as: "mountpoint",
        why:
          `a symbolic link in the image must not lead the mount on ${mount.destination} elsewhere`,
      },
      {
        call: "fchdir",
        args: [{ result: "mountpoint" }],
        why: "mount(2) takes the mount point as a path: as `.`",
      },
      {
        call: "mount",
        args: [
          mount.source,
          ".",
          mount.type,
          options.flags,
          options.data === "" ? null : options.data,
        ],
        ...attemptedOptions(mount, options),
        why: `${mount.destination}; made in the new process since ${reason}`,
      },
      {
        call: "fchdir",
        args: [{ result: "newroot" }],
        why: "the next path is relative to the new root again",
      },
    ],
  };
}

/** A directory for a later mount; opening it creates it beneath the root. */
function ensureDirectory(mount: Mount): PrepareStep {
  return {
    call: "openat",
    args: [
      AT_FDCWD,
      { beneath: mount.destination, create: "directory" },
      flags(OPEN, "O_PATH", "O_DIRECTORY", "O_CLOEXEC"),
    ],
    as: `mountpoint.${mount.destination}`,
    why: `the new process needs a directory to mount ${mount.type} on`,
  };
}

/** A bind mount, attached to its destination by descriptor. */
function bindMount(
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

/** Remounts a mount read-only, by its path from the current directory. */
export function remountReadonly(path: string, why: string): ChildStep {
  return {
    call: "mount",
    args: [
      null,
      path,
      null,
      flags(MOUNT, "MS_BIND", "MS_REMOUNT", "MS_RDONLY"),
      null,
    ],
    why,
  };
}

/** The directory that a path begins in is its root, for links as well. */
const IN_ROOT: Symbolic = {
  value: RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
  text: "RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS",
};

const NO_SYMLINKS: Symbolic = {
  value: RESOLVE_NO_SYMLINKS,
  text: "RESOLVE_NO_SYMLINKS",
};

/**
 * `struct open_how` of openat2(2).
 *
 * @param open The flags of open(2).
 * @param resolve How the path may be resolved; by default no component of it
 * may be a symbolic link.
 */
export function openHow(
  open: Symbolic,
  resolve: Symbolic = NO_SYMLINKS,
): RecordArgument {
  return { words: [open, 0, resolve] };
}

/** A path inside the container, relative to its root. */
export function relative(path: string): string {
  return path.replace(/^\/+/, "") || ".";
}
