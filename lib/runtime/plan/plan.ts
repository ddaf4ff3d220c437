/**
 * From a runtime specification to the system calls that carry it out. Pure:
 * nothing here touches the host, and the same specification always gives the
 * same plan.
 *
 * @module
 */
import { flags } from "../../../ffi/constants/symbolic.ts";
import type { RuntimeSpec } from "../../oci/runtime_spec.ts";
import type { CgroupSurvey } from "../cgroups/survey.ts";
import { cgroupMountSteps, isCgroupMount } from "./cgroup_mount.ts";
import { type CgroupPlan, cgroupSteps } from "./cgroups.ts";
import { credentialSteps } from "./credentials.ts";
import { idMaps } from "./id_map.ts";
import { idMappedSteps } from "./id_mapped_mounts.ts";
import { deviceSteps, isOwnDev } from "./devices.ts";
import { isCovered, isLater, type MountSteps, mountSteps } from "./mounts.ts";
import {
  cgroupNamespaceSteps,
  cloneFlags,
  isNew,
  joinSteps,
  namespaceSettingSteps,
} from "./namespaces.ts";
import { AT_FDCWD, OPEN } from "./open_flags.ts";
import type { RootMount } from "./overlay_root.ts";
import {
  parentDeathStep,
  processSettingSteps,
  programSteps,
} from "./program.ts";
import { hidePathSteps, maskSourceSteps } from "./hidden_paths.ts";
import {
  enterRootSteps,
  pivotSteps,
  privateMountSteps,
  rootSteps,
} from "./rootfs.ts";
import { procSettingSteps, rlimitSteps } from "./process_limits.ts";
import type { SeccompFilter } from "./seccomp.ts";
import { sysctlSteps } from "./sysctl.ts";
import { stdioSteps, terminalSteps } from "./terminal.ts";
import type { ChildStep, LaunchPlan, PrepareStep } from "./step.ts";
import {
  becomeRootSteps,
  fileOwnerSteps,
  unlockRootSteps,
  withHostOwners,
} from "./user_namespace.ts";

/** What a plan needs besides the specification. */
export interface PlanOptions {
  /** What to mount on `root.path`; nothing if the root is there already. */
  readonly rootfs: readonly RootMount[];
  /** Directories of the host whose files have ids of the container. */
  readonly idMapped?: readonly string[];
  /** Whether tsdocker's own init program is process 1. */
  readonly init: boolean;
  /** The compiled `linux.seccomp`; absent allows every call. */
  readonly seccomp?: SeccompFilter;
  /** Whether the container is killed with its keeper; absent means it is. */
  readonly withoutKeeper?: "ends" | "goes-on";
  /** This host's cgroups; without them `cgroupsPath` has no effect. */
  readonly cgroups?: CgroupSurvey;
}

/**
 * Plans the start of a container.
 *
 * The caller provides these results by name: `status`, the write end of a
 * pipe; `stdin`, `stdout` and `stderr` if the process wants no terminal;
 * `init`, the init program; and `userns`, a user namespace with the container's
 * ids, if `idMapped` is not empty. All of them must be above descriptor 4.
 *
 * @throws {SpecError} If the specification cannot be carried out.
 */
export function createPlan(
  spec: RuntimeSpec,
  options: PlanOptions,
): LaunchPlan {
  const cgroups = planCgroups(spec, options);
  const mounts = planMounts(spec, options);
  const hidden = hidePathSteps(spec, mounts.later);
  const maps = idMaps(spec);
  const owner = fileOwnerSteps(spec);
  return {
    prepare: [
      {
        call: "umask",
        args: [{ value: 0o022, text: "022" }],
        as: "caller_umask",
        why: "the container's users can enter what is made for them",
      },
      ...cgroups.prepare,
      ...privateMountSteps(),
      ...idMappedSteps(options.idMapped ?? []),
      ...owner.begin,
      ...rootSteps(spec, options.rootfs),
      ...mounts.prepare,
      ...terminalSteps(spec),
      workingDirectory(spec),
      // After the volumes, one of which may be the host's /dev.
      ...maskSourceSteps(spec),
      ...hidden.prepare,
      ...owner.end,
      {
        call: "umask",
        args: [{ result: "caller_umask" }],
        always: "also on failure",
        why: "the calling thread goes on after the container has started",
      },
    ],
    clone: cloneFlags(spec),
    ...(maps === undefined ? {} : { idMaps: maps }),
    ...(cgroups.cgroup === undefined ? {} : { cgroup: cgroups.cgroup }),
    child: [
      ...keeperSteps(options, "if the keeper dies, so does the container"),
      ...cgroups.child,
      ...cgroupNamespaceSteps(spec),
      ...joinSteps(spec),
      ...procSettingSteps(spec.process),
      ...unlockRootSteps(spec),
      ...enterRootSteps(spec),
      ...becomeRootSteps(
        spec,
        keeperSteps(options, "once more: a change of user clears it"),
      ),
      ...stdioSteps(spec),
      ...mounts.child,
      ...sysctlSteps(spec),
      ...hidden.child,
      ...pivotSteps(spec),
      ...namespaceSettingSteps(spec),
      ...processSettingSteps(spec.process),
      ...rlimitSteps(spec.process),
      ...credentialSteps(spec.process, {
        ...options,
        afterUser: keeperSteps(
          options,
          "once more: a change of user clears it",
        ),
      }),
      ...programSteps(spec.process, options),
    ],
  };
}

function keeperSteps(
  { withoutKeeper }: PlanOptions,
  why: string,
): ChildStep[] {
  return withoutKeeper === "goes-on" ? [] : [parentDeathStep(why)];
}

function planCgroups(
  spec: RuntimeSpec,
  { cgroups }: PlanOptions,
): CgroupPlan {
  return cgroups === undefined
    ? { prepare: [], child: [] }
    : cgroupSteps(spec, cgroups);
}

/** All mounts in order, with the nodes of /dev right after /dev itself. */
function planMounts(spec: RuntimeSpec, { cgroups }: PlanOptions): MountSteps & {
  /** Destinations that the new process mounts. */
  readonly later: readonly string[];
} {
  const prepare: PrepareStep[] = [];
  const child: ChildStep[] = [];
  const later: string[] = [];
  for (const [index, mount] of spec.mounts.entries()) {
    // The new process knows its own ids only, and is known by those.
    if (isCgroupMount(mount)) {
      if (cgroups === undefined) continue;
      const steps = cgroupMountSteps(mount, {
        survey: cgroups,
        cgroupsPath: spec.linux.cgroupsPath,
        hasOwnNamespace: isNew(spec, "cgroup"),
        index,
        later,
      });
      prepare.push(...steps.prepare);
      child.push(...steps.child);
      later.push(mount.destination);
      continue;
    }
    const isItsOwn = isLater(mount) || isCovered(mount, later);
    const owned = isItsOwn ? mount : withHostOwners(spec, mount);
    const steps = mountSteps(owned, index, later);
    prepare.push(...steps.prepare);
    child.push(...steps.child);
    if (isLater(mount)) later.push(mount.destination);
    if (isOwnDev(mount)) prepare.push(...deviceSteps(spec));
  }
  return { prepare, child, later };
}

/** An image need not have the working directory; docker creates it too. */
function workingDirectory(spec: RuntimeSpec): PrepareStep {
  return {
    call: "openat",
    args: [
      AT_FDCWD,
      { beneath: spec.process.cwd, create: "directory" },
      flags(OPEN, "O_PATH", "O_DIRECTORY", "O_CLOEXEC"),
    ],
    as: "cwd",
    attempt: `change to the working directory "${spec.process.cwd}"`,
    why: "the working directory exists, created if the image has none",
  };
}
