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
import { MOUNT } from "../../../ffi/constants/mount.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import { SpecError } from "../../base/errors.ts";
import type { Mount } from "../../oci/runtime_spec.ts";
import { bindMount } from "./bind_mount.ts";
import { type MountOptions, parseMountOptions } from "./mount_options.ts";
import { AT_FDCWD, OPEN } from "./open_flags.ts";
import { OPEN_HOW_BYTES, openHow, relative } from "./open_how.ts";
import type { ChildStep, PrepareStep } from "./step.ts";

/** File systems that show the namespaces of the process that mounts them. */
const OF_NAMESPACE: ReadonlyMap<string, string> = new Map([
  ["proc", "pid"],
  ["sysfs", "network"],
  ["mqueue", "ipc"],
  ["cgroup2", "cgroup"],
]);

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
