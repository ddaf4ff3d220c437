/**
 * From a program to run in a container that runs already to the system calls
 * that carry it out: into its cgroups and namespaces, and from there on as the
 * container's own program was started. Pure.
 *
 * Nothing of the container is trusted: what is opened in it, is opened by the
 * caller beneath its root, and no path inside is followed before every
 * descriptor of the host is closed.
 *
 * @module
 * @see setns(2)
 */
import { PRCTL } from "../../../ffi/constants/prctl.ts";
import { CLONE } from "../../../ffi/constants/sched.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import type { NamespaceType, RuntimeSpec } from "../../oci/runtime_spec.ts";
import { type ExistingCgroup, joinCgroupSteps } from "./cgroups.ts";
import { credentialSteps } from "./credentials.ts";
import { hostId } from "./id_map.ts";
import { NAMESPACE_FLAGS } from "./namespaces.ts";
import { procSettingSteps, rlimitSteps } from "./process_limits.ts";
import {
  parentDeathStep,
  processSettingSteps,
  programSteps,
  WORKING_DIRECTORY,
} from "./program.ts";
import type { SeccompFilter } from "./seccomp.ts";
import type { ChildStep, LaunchPlan } from "./step.ts";
import { peerSteps, streamSteps } from "./terminal.ts";
import { becomeRootSteps } from "./user_namespace.ts";

/** What a plan needs besides the specification. */
export interface ExecPlanOptions {
  /** The kinds of namespaces of the container that are not the caller's own. */
  readonly namespaces: ReadonlySet<NamespaceType>;
  /** The container's. */
  readonly cgroups: readonly ExistingCgroup[];
  /** The compiled filter of its system calls; absent allows every call. */
  readonly seccomp?: SeccompFilter;
  /** Whether the program is killed with its caller, or outlives it. */
  readonly withoutCaller: "ends" | "goes-on";
}

/**
 * The order in which namespaces are entered: each takes privileges that the
 * user namespace would end, and the host's files are needed until the mount
 * namespace. The pid namespace is entered at birth.
 */
const ENTERED: readonly NamespaceType[] = [
  "network",
  "ipc",
  "uts",
  "cgroup",
  "mount",
  "user",
];

const REASONS: Readonly<Partial<Record<NamespaceType, string>>> = {
  mount: "its files: no path leads to one of the host's from here on",
  user: "last: the others take the privileges of the host's root",
};

/**
 * Plans the start of a further program in a running container.
 *
 * The caller provides these results by name: `status`, the write end of a
 * pipe; `init`, the init program; `root`, the container's root directory; for
 * each kind of namespace what {@linkcode namespaceResult} calls it; and either
 * `stdin`, `stdout` and `stderr` or, if the process wants a terminal,
 * `terminal`, the master of one. All of them must be above descriptor 4.
 *
 * @param spec What the container would be started with, but for its process,
 * which is the program.
 */
export function createExecPlan(
  spec: RuntimeSpec,
  options: ExecPlanOptions,
): LaunchPlan {
  const { process } = spec;
  const cgroups = joinCgroupSteps(options.cgroups);
  return {
    prepare: [
      ...cgroups.prepare,
      ...(process.terminal
        ? peerSteps(process, hostId(spec, "uid", process.user.uid))
        : []),
    ],
    clone: { value: 0, text: "0" },
    ...(cgroups.cgroup === undefined ? {} : { cgroup: cgroups.cgroup }),
    ...(options.namespaces.has("pid")
      ? { pidNamespace: namespaceResult("pid") }
      : {}),
    child: [
      ...callerSteps(options, "if who asked for it dies, so does the program"),
      unreachableStep(),
      ...cgroups.child,
      ...procSettingSteps(process),
      ...enterSteps(options.namespaces),
      ...becomeRootSteps(spec, callerSteps(options, AGAIN)),
      ...streamSteps(process),
      ...processSettingSteps(process).map(withDockerStatus),
      ...rlimitSteps(process),
      ...credentialSteps(process, {
        ...options,
        afterUser: callerSteps(options, AGAIN),
      }),
      ...programSteps(process, { init: false, proc: "container's" }),
    ],
  };
}

/** What the plan calls a namespace of the container. */
export function namespaceResult(type: NamespaceType): string {
  return `namespace.${type}`;
}

const AGAIN = "once more: a change of user clears it";

/**
 * A working directory that `exec` cannot enter is 126 in docker, as a program
 * that cannot be executed; in `run` it is 125, as whatever is wrong with a
 * container.
 */
function withDockerStatus(step: ChildStep): ChildStep {
  return step.as === WORKING_DIRECTORY
    ? { ...step, reason: "not-executable" }
    : step;
}

function callerSteps(
  { withoutCaller }: ExecPlanOptions,
  why: string,
): ChildStep[] {
  return withoutCaller === "goes-on" ? [] : [parentDeathStep(why)];
}

/**
 * The container's processes see the new one from its birth, while it still has
 * the memory and the descriptors of the host's tsdocker.
 *
 * @see ptrace(2), "Ptrace access mode checking"
 */
function unreachableStep(): ChildStep {
  return {
    call: "prctl",
    args: [flags(PRCTL, "PR_SET_DUMPABLE"), 0],
    why: "first of all: the container sees this process, and may have ids in " +
      "common with it, but is to open neither its memory nor its files",
  };
}

function enterSteps(namespaces: ReadonlySet<NamespaceType>): ChildStep[] {
  return ENTERED.filter((type) => namespaces.has(type)).flatMap((type) => {
    const enter: ChildStep = {
      call: "setns",
      args: [
        { result: namespaceResult(type) },
        flags(CLONE, NAMESPACE_FLAGS[type]),
      ],
      why: REASONS[type] ?? `the container's ${type} namespace`,
    };
    return type === "mount" ? [ownDirectoryStep(), enter] : [enter];
  });
}

function ownDirectoryStep(): ChildStep {
  return {
    call: "unshare",
    args: [flags(CLONE, "CLONE_FS")],
    why: "a re-invoked process has threads, who would have to come along",
  };
}
