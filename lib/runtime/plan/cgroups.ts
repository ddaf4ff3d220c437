/**
 * The container's cgroups: made and filled in before the process exists, joined
 * before it does anything else.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Control groups"
 * @see cgroups(7)
 */
import { flags } from "../../../ffi/constants/symbolic.ts";
import type { RuntimeSpec } from "../../oci/runtime_spec.ts";
import { isUnrestricted } from "../cgroups/device_rules.ts";
import { deviceAccessOfProgram, resourceFiles } from "../cgroups/resources.ts";
import type { CgroupMount } from "../cgroups/mount_table.ts";
import type { CgroupSurvey } from "../cgroups/survey.ts";
import {
  attachProgramArguments,
  deviceProgram,
  loadProgramArguments,
} from "../cgroups/v2/devices.ts";
import { directorySteps } from "./cgroup_directories.ts";
import { AT_FDCWD, OPEN } from "./open_flags.ts";
import type { ChildStep, PrepareStep } from "./step.ts";

/** Steps that give a container its cgroups. */
export interface CgroupPlan {
  /** Best made early: a process ends up in no cgroup but a finished one. */
  readonly prepare: readonly PrepareStep[];
  /** To be made first, so that all the others count. */
  readonly child: readonly ChildStep[];
  /** The result that is the v2 directory to be born into, if there is v2. */
  readonly cgroup?: string;
}

const V2_DIRECTORY = "cgroup.v2";
const DEVICE_PROGRAM = "cgroup.devices";
/** What a thread writes to `tasks` to join. */
const MYSELF = "0";

/**
 * Plans the container's cgroups. Pure.
 *
 * @param spec The container; without `cgroupsPath` it gets none.
 * @param survey Of this host, for that path.
 * @throws {SpecError} If a limit is wrong by itself.
 * @throws {HostError} If this host cannot limit what is to be limited.
 */
export function cgroupSteps(
  spec: RuntimeSpec,
  survey: CgroupSurvey,
): CgroupPlan {
  const { cgroupsPath: path, resources = {} } = spec.linux;
  if (path === undefined) return { prepare: [], child: [] };
  const files = resourceFiles(resources, survey);
  const prepare: PrepareStep[] = [];
  const child: ChildStep[] = [];
  let cgroup: string | undefined;
  for (const hierarchy of survey.hierarchies) {
    const own = files.filter(({ controller }) =>
      hierarchy.controllers.includes(controller)
    );
    prepare.push(...directorySteps(hierarchy, path, own));
    if (hierarchy.version === "v1") {
      prepare.push(openTasks(hierarchy, `${hierarchy.mountPoint}${path}`));
      child.push(join(hierarchy));
    } else {
      cgroup = V2_DIRECTORY;
      prepare.push(openDirectory(`${hierarchy.mountPoint}${path}`));
      prepare.push(...deviceProgramSteps(spec, survey));
    }
  }
  return { prepare, child, ...(cgroup === undefined ? {} : { cgroup }) };
}

/** A cgroup that is there, in one hierarchy. */
export interface ExistingCgroup extends Pick<CgroupMount, "version" | "data"> {
  /** Absolute on the host. */
  readonly directory: string;
}

/**
 * Plans entering cgroups that are there: those of a running container. Pure.
 *
 * @param cgroups One of each hierarchy.
 */
export function joinCgroupSteps(
  cgroups: readonly ExistingCgroup[],
): CgroupPlan {
  const v1 = cgroups.filter(({ version }) => version === "v1");
  const v2 = cgroups.find(({ version }) => version === "v2");
  return {
    prepare: [
      ...v1.map((cgroup) => openTasks(cgroup, cgroup.directory)),
      ...(v2 === undefined ? [] : [openDirectory(v2.directory)]),
    ],
    child: v1.map(join),
    ...(v2 === undefined ? {} : { cgroup: V2_DIRECTORY }),
  };
}

/**
 * Not `cgroup.procs`: the new process has one thread, and to move that alone
 * takes microseconds. To move a process, the kernel waits until no other on the
 * host is starting a thread or ending, for ten milliseconds and more.
 */
function openTasks(
  hierarchy: Pick<CgroupMount, "data">,
  directory: string,
): PrepareStep {
  return {
    call: "openat",
    args: [
      AT_FDCWD,
      `${directory}/tasks`,
      flags(OPEN, "O_WRONLY", "O_CLOEXEC"),
    ],
    as: resultOf(hierarchy),
    why: "the new process joins through it, with the rights of who opened it",
  };
}

function join(hierarchy: Pick<CgroupMount, "data">): ChildStep {
  return {
    call: "write",
    args: [{ result: resultOf(hierarchy) }, MYSELF, MYSELF.length],
    why: `into the cgroup of ${hierarchy.data}; its children are born there`,
  };
}

function resultOf({ data }: Pick<CgroupMount, "data">): string {
  return `cgroup.${data}`;
}

function openDirectory(directory: string): PrepareStep {
  return {
    call: "openat",
    args: [
      AT_FDCWD,
      directory,
      flags(OPEN, "O_PATH", "O_DIRECTORY", "O_CLOEXEC"),
    ],
    as: V2_DIRECTORY,
    why: "clone3 takes the cgroup that the new process is born into",
  };
}

/** On cgroup v2, a program in the kernel judges the use of devices. */
function deviceProgramSteps(
  { linux }: RuntimeSpec,
  survey: CgroupSurvey,
): PrepareStep[] {
  const access = deviceAccessOfProgram(linux.resources?.devices, survey);
  if (access === undefined || isUnrestricted(access)) return [];
  return [
    {
      call: "bpf",
      args: loadProgramArguments(deviceProgram(access)),
      as: DEVICE_PROGRAM,
      why: "the devices it may use, as a program that the kernel asks",
    },
    {
      call: "bpf",
      args: attachProgramArguments({
        cgroup: V2_DIRECTORY,
        program: DEVICE_PROGRAM,
      }),
      why: "asked for every process in the cgroup, as long as there is one",
    },
  ];
}
