/**
 * The mount of type `cgroup`: the container's view of its cgroups, laid out as
 * the host's.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Default Filesystems"
 * @see cgroup_namespaces(7)
 */
import { MOUNT } from "../../../ffi/constants/mount.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import type { Symbolic } from "../../../ffi/record.ts";
import type { Mount } from "../../oci/runtime_spec.ts";
import type { CgroupSurvey, SurveyedHierarchy } from "../cgroups/survey.ts";
import { parseMountOptions } from "./mount_options.ts";
import { type MountSteps, mountSteps } from "./mounts.ts";
import { OPEN_HOW_BYTES, openHow, relative } from "./open_how.ts";
import { AT_FDCWD, OPEN } from "./open_flags.ts";
import type { ChildStep } from "./step.ts";

/** What the mount depends on. */
export interface CgroupMountContext {
  readonly survey: CgroupSurvey;
  /** The container's cgroup, if it has one. */
  readonly cgroupsPath: string | undefined;
  /** Whether the container has a cgroup namespace of its own. */
  readonly hasOwnNamespace: boolean;
  /** Place in `mounts`. */
  readonly index: number;
  /** Destinations that the new process mounts, so far. */
  readonly later: readonly string[];
}

/** Whether a mount is one for {@linkcode cgroupMountSteps}. */
export function isCgroupMount(mount: Mount): boolean {
  return mount.type === "cgroup";
}

/**
 * Plans the mount; the new process makes it, since what a hierarchy shows
 * depends on the cgroup namespace of who mounts it.
 *
 * With v2 alone it is one file system. With v1 it is a directory of them, one
 * for each hierarchy. In the host's cgroup namespace they cannot be confined:
 * of v1 the container then sees its own cgroups only, of v2 the whole tree, as
 * under docker.
 *
 * @returns No steps on a host without cgroups.
 */
export function cgroupMountSteps(
  mount: Mount,
  context: CgroupMountContext,
): MountSteps {
  const { mode, hierarchies } = context.survey;
  if (mode === "none") return { prepare: [], child: [] };
  if (mode === "v2") {
    return context.hasOwnNamespace
      ? newMount({ ...mount, type: "cgroup2", source: "cgroup" }, context)
      : bindTree(mount, context);
  }
  const options = parseMountOptions(mount.options);
  const top = newMount({
    ...mount,
    type: "tmpfs",
    source: "tmpfs",
    options: [...mount.options.filter((option) => option !== "ro"), "mode=755"],
  }, context);
  return {
    prepare: top.prepare,
    child: [
      ...top.child,
      ...enter(mount.destination, "the directory of hierarchies"),
      ...hierarchies.flatMap((hierarchy) =>
        hierarchySteps(hierarchy, options.flags, context)
      ),
      ...(isReadonly(options.flags)
        ? [remount(".", options.flags, "nothing can be added beside them")]
        : []),
      leave(),
    ],
  };
}

/** Under a mount of the new process, there is nothing to create beforehand. */
function newMount(mount: Mount, context: CgroupMountContext): MountSteps {
  const steps = mountSteps(mount, context.index, context.later);
  const isCovered = context.later.some((path) =>
    mount.destination.startsWith(`${path}/`)
  );
  return isCovered ? { ...steps, prepare: [] } : steps;
}

/** One hierarchy of several, under the name it has on the host. */
function hierarchySteps(
  hierarchy: SurveyedHierarchy,
  mountFlags: Symbolic,
  context: CgroupMountContext,
): ChildStep[] {
  const { mountPoint, controllers } = hierarchy;
  const name = mountPoint.slice(mountPoint.lastIndexOf("/") + 1);
  const links = controllers.length < 2
    ? []
    : controllers.filter((controller) => controller !== name);
  return [
    {
      call: "mkdirat",
      args: [AT_FDCWD, name, { value: 0o755, text: "0755" }],
      why: `programs look for ${name} here`,
    },
    ...(context.hasOwnNamespace
      ? [mountHierarchy(hierarchy, name, mountFlags)]
      : [
        bind(hostView(hierarchy, context), name),
        remount(name, mountFlags, "a bind mount takes its flags afterwards"),
      ]),
    ...links.map((link): ChildStep => ({
      call: "symlinkat",
      args: [name, AT_FDCWD, link],
      why: `${link} is mounted together with others`,
    })),
  ];
}

function mountHierarchy(
  { version, data }: SurveyedHierarchy,
  name: string,
  mountFlags: Symbolic,
): ChildStep {
  return {
    call: "mount",
    args: [
      "cgroup",
      name,
      version === "v1" ? "cgroup" : "cgroup2",
      mountFlags,
      data === "" ? null : data,
    ],
    why: "the container's own cgroup appears as the root",
  };
}

/** What of a hierarchy is seen in the host's cgroup namespace. */
function hostView(
  { version, mountPoint }: SurveyedHierarchy,
  { cgroupsPath = "" }: CgroupMountContext,
): string {
  return version === "v1" ? `${mountPoint}${cgroupsPath}` : mountPoint;
}

/** The host's v2 tree; mounting it anew takes the host's own privileges. */
function bindTree(mount: Mount, context: CgroupMountContext): MountSteps {
  const { destination, options } = mount;
  const [hierarchy] = context.survey.hierarchies;
  if (hierarchy === undefined) return { prepare: [], child: [] };
  const reason = "the cgroup namespace is the host's";
  return {
    prepare: newMount({ ...mount, type: "cgroup2" }, context).prepare,
    child: [
      ...enter(destination, reason),
      bind(hostView(hierarchy, context), "."),
      leave(),
      ...enter(destination, "again: the first time, nothing was mounted yet"),
      remount(
        ".",
        parseMountOptions(options).flags,
        "a bind mount takes its flags afterwards",
      ),
      leave(),
    ],
  };
}

function enter(destination: string, why: string): ChildStep[] {
  return [
    {
      call: "openat2",
      args: [
        AT_FDCWD,
        relative(destination),
        openHow(flags(OPEN, "O_PATH", "O_DIRECTORY", "O_CLOEXEC")),
        OPEN_HOW_BYTES,
      ],
      as: "mountpoint",
      why,
    },
    {
      call: "fchdir",
      args: [{ result: "mountpoint" }],
      why: "mount(2) takes the mount point as a path from here",
    },
  ];
}

function leave(): ChildStep {
  return {
    call: "fchdir",
    args: [{ result: "newroot" }],
    why: "the next path is relative to the new root again",
  };
}

function bind(source: string, target: string): ChildStep {
  return {
    call: "mount",
    args: [source, target, null, flags(MOUNT, "MS_BIND"), null],
    why: `${source} of the host, while its paths can still be seen`,
  };
}

function remount(
  target: string,
  mountFlags: Symbolic,
  why: string,
): ChildStep {
  const base = flags(MOUNT, "MS_BIND", "MS_REMOUNT");
  const isPlain = mountFlags.value === 0;
  return {
    call: "mount",
    args: [
      null,
      target,
      null,
      {
        value: Number(base.value) + Number(mountFlags.value),
        text: isPlain ? base.text : `${base.text}|${mountFlags.text}`,
      },
      null,
    ],
    why,
  };
}

function isReadonly({ value }: Symbolic): boolean {
  return (Number(value) & MOUNT.MS_RDONLY) !== 0;
}
