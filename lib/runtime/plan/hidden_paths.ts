/**
 * Paths that read as empty, and paths that cannot be written.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Masked Paths", "Readonly Paths"
 */
import { MOUNT } from "../../../ffi/constants/mount.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import type { RuntimeSpec } from "../../oci/runtime_spec.ts";
import { isWithin } from "./mounts.ts";
import { relative } from "./open_how.ts";
import type { Beneath, ChildStep, PrepareStep } from "./step.ts";

/** The host's, as nobody in a container can swap it. */
const NULL_DEVICE = "/dev/null";

/** A call whose destination is the path to hide, wherever that is resolved. */
interface Hiding extends Omit<PrepareStep, "args"> {
  readonly args: (path: string | Beneath) => PrepareStep["args"];
}

/**
 * Plans what masked files are covered by: the host's null device, read-only.
 * Root inside may change the mode and owner of what it can write to, and what
 * is mounted from a read-only mount is read-only from the start.
 */
export function maskSourceSteps(spec: RuntimeSpec): readonly PrepareStep[] {
  if (spec.linux.maskedPaths.length === 0) return [];
  return [
    {
      call: "mount",
      args: [NULL_DEVICE, NULL_DEVICE, null, flags(MOUNT, "MS_BIND"), null],
      why: "a mount of its own, to be made read-only",
    },
    {
      call: "mount",
      args: [
        null,
        NULL_DEVICE,
        null,
        flags(
          MOUNT,
          "MS_BIND",
          "MS_REMOUNT",
          "MS_RDONLY",
          "MS_NOSUID",
          "MS_NOEXEC",
        ),
        null,
      ],
      why:
        "masks are made from it: chmod(2) of one must not reach the host's null",
    },
  ];
}

/**
 * Plans hiding and protecting paths; to be made after all mounts.
 *
 * What lies in the image is resolved beneath the root beforehand, since its
 * links could lead a mount to a file of the host (CVE-2025-31133). What lies on
 * a mount of the new process has to wait for it, and no image has a say there.
 *
 * @param later Destinations that the new process mounts.
 */
export function hidePathSteps(
  spec: RuntimeSpec,
  later: readonly string[],
): { prepare: readonly PrepareStep[]; child: readonly ChildStep[] } {
  const prepare: PrepareStep[] = [];
  const child: ChildStep[] = [];
  const { maskedPaths, readonlyPaths } = spec.linux;
  const all = [
    ...maskedPaths.map((path) => ({ path, steps: maskSteps(path) })),
    ...readonlyPaths.map((path) => ({ path, steps: readonlySteps(path) })),
  ];
  for (const { path, steps } of all) {
    for (const step of steps) {
      if (later.some((mounted) => isWithin(path, mounted))) {
        child.push({ ...step, args: step.args(relative(path)) } as ChildStep);
      } else prepare.push({ ...step, args: step.args({ beneath: path }) });
    }
  }
  return { prepare, child };
}

/** A file is covered by /dev/null, a directory by an empty file system. */
function maskSteps(path: string): Hiding[] {
  return [
    {
      call: "mount",
      args: (at) => [NULL_DEVICE, at, null, flags(MOUNT, "MS_BIND"), null],
      tolerate: ["ENOENT", "ENOTDIR"],
      why: `${path} reads as empty`,
    },
    {
      call: "mount",
      args: (at) => [
        "tmpfs",
        at,
        "tmpfs",
        flags(MOUNT, "MS_RDONLY"),
        "size=0k",
      ],
      tolerate: ["ENOENT", "ENOTDIR"],
      why: `${path} is covered this way if it is a directory`,
    },
  ];
}

function readonlySteps(path: string): Hiding[] {
  return [
    {
      call: "mount",
      args: (
        at,
      ) => [at, at, null, flags(MOUNT, "MS_BIND", "MS_REC"), null],
      tolerate: ["ENOENT", "ENOTDIR"],
      why: `${path} becomes a mount of its own, to be made read-only`,
    },
    {
      call: "mount",
      args: (at) => [
        null,
        at,
        null,
        flags(
          MOUNT,
          "MS_BIND",
          "MS_REMOUNT",
          "MS_RDONLY",
          "MS_NOSUID",
          "MS_NODEV",
          "MS_NOEXEC",
        ),
        null,
      ],
      tolerate: ["ENOENT", "ENOTDIR"],
      why: `${path} shows the kernel's settings but does not change them`,
    },
  ];
}
