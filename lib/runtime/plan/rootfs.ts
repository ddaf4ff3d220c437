/**
 * The root file system: how it is put together, entered and closed off.
 *
 * @module
 * @see runtime-spec 1.2, config.md, "Root"
 * @see pivot_root(2)
 */
import { MOUNT } from "../../../ffi/constants/mount.ts";
import { CLONE } from "../../../ffi/constants/sched.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import { UMOUNT } from "../../../ffi/constants/umount.ts";
import type { RuntimeSpec } from "../../oci/runtime_spec.ts";
import { remountReadonly } from "./mounts.ts";
import { AT_FDCWD, OPEN } from "./open_flags.ts";
import { type RootMount, rootMountSteps } from "./overlay_root.ts";
import type { ChildStep, PrepareStep } from "./step.ts";

/** Plans the private mount namespace. */
export function privateMountSteps(): readonly PrepareStep[] {
  return [
    {
      call: "unshare",
      args: [flags(CLONE, "CLONE_FS", "CLONE_NEWNS")],
      why: "a private copy of the mounts: the host never sees ours",
    },
    {
      call: "mount",
      args: [null, "/", null, flags(MOUNT, "MS_REC", "MS_PRIVATE"), null],
      why: "before the first mount, or it would spread to the host",
    },
  ];
}

/**
 * Plans the root in the private mount namespace.
 *
 * @param spec The container.
 * @param rootfs What to mount on `root.path`; nothing if it is there already.
 */
export function rootSteps(
  spec: Pick<RuntimeSpec, "root">,
  rootfs: readonly RootMount[],
): readonly PrepareStep[] {
  const { path } = spec.root;
  return [
    ...(rootfs.length === 0
      ? [bindRoot(path)]
      : rootfs.flatMap((mount) => rootMountSteps(path, mount))),
    {
      call: "openat",
      args: [
        AT_FDCWD,
        path,
        flags(OPEN, "O_PATH", "O_DIRECTORY", "O_CLOEXEC"),
      ],
      as: "root",
      why: "every path inside is resolved beneath this descriptor",
    },
  ];
}

function bindRoot(path: string): PrepareStep {
  return {
    call: "mount",
    args: [path, path, null, flags(MOUNT, "MS_BIND", "MS_REC"), null],
    why: "pivot_root wants a mount point",
  };
}

/** Plans opening the new root; paths of later steps are relative to it. */
export function enterRootSteps(spec: RuntimeSpec): readonly ChildStep[] {
  return [
    {
      call: "openat",
      args: [
        AT_FDCWD,
        spec.root.path,
        flags(OPEN, "O_PATH", "O_DIRECTORY", "O_CLOEXEC"),
      ],
      as: "newroot",
      why: "again: the earlier descriptor is of the caller's mount namespace",
    },
    {
      call: "fchdir",
      args: [{ result: "newroot" }],
      why: "paths are relative from here on",
    },
  ];
}

/** Plans making the new root the only one. */
export function pivotSteps(spec: RuntimeSpec): readonly ChildStep[] {
  const steps: ChildStep[] = [
    {
      call: "pivot_root",
      args: [".", "."],
      why: "swaps the roots, the old one on top; chroot could be left again",
    },
    {
      call: "umount2",
      args: [".", flags(UMOUNT, "MNT_DETACH")],
      why: "the host's files are gone from here on",
    },
    { call: "chdir", args: ["/"], why: "out of the detached tree" },
  ];
  if (spec.root.readonly) {
    steps.push(
      remountReadonly("/", "last, since mount points had to be created"),
    );
  }
  return steps;
}
