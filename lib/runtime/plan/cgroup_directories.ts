/**
 * The directories of a container's cgroups, and what their parents need before
 * there can be processes below them.
 *
 * @module
 * @see cpuset(7)
 * @see Linux Documentation/admin-guide/cgroup-v2.rst, "Controlling Controllers"
 */
import type { RecordArgument } from "../../../ffi/record.ts";
import type { CgroupFile } from "../cgroups/hierarchy.ts";
import type {
  SurveyedHierarchy,
  SurveyedV1,
  SurveyedV2,
} from "../cgroups/survey.ts";
import { fileSteps, type PlannedFile } from "./cgroup_files.ts";
import { AT_FDCWD } from "./open_flags.ts";
import type { PrepareStep } from "./step.ts";

const DIRECTORY_MODE: RecordArgument = { value: 0o755, text: "0755" };

/**
 * Plans the container's cgroup in one hierarchy.
 *
 * @param hierarchy Surveyed for this path.
 * @param path Below its root.
 * @param files What to write there.
 */
export function directorySteps(
  hierarchy: SurveyedHierarchy,
  path: string,
  files: readonly CgroupFile[],
): PrepareStep[] {
  const directory = `${hierarchy.mountPoint}${path}`;
  const { parents, own } = hierarchy.version === "v1"
    ? v1Steps(hierarchy, files)
    : { parents: v2ParentSteps(hierarchy), own: files };
  return [
    ...parents,
    {
      call: "mkdirat",
      args: [AT_FDCWD, directory, DIRECTORY_MODE],
      why: `the container's own cgroup; ${purpose(hierarchy)}`,
    },
    ...fileSteps(directory, own),
  ];
}

function purpose({ controllers, data }: SurveyedHierarchy): string {
  if (controllers.length > 0) return `here it limits ${controllers.join(", ")}`;
  return data === ""
    ? "here it keeps its processes together"
    : "here it keeps its processes apart from the host's services";
}

/** A missing parent; another container's start may make it first. */
function parentStep(directory: string): PrepareStep {
  return {
    call: "mkdirat",
    args: [AT_FDCWD, directory, DIRECTORY_MODE],
    tolerate: ["EEXIST"],
    why: "what containers' cgroups are in",
  };
}

/**
 * Where a parent has no CPUs or no memory nodes, it gets those of its own
 * parent; so does the container's cgroup, unless it is to have others.
 */
function v1Steps(
  { mountPoint, controllers, levels }: SurveyedV1,
  files: readonly CgroupFile[],
): { parents: PrepareStep[]; own: readonly PlannedFile[] } {
  const parents: PrepareStep[] = [];
  const inherited = { cpus: "", mems: "" };
  for (const { path, exists, cpus, mems } of levels) {
    const directory = `${mountPoint}${path}`;
    if (!exists) parents.push(parentStep(directory));
    if (cpus === undefined || mems === undefined) continue;
    const lacking = [
      ...(cpus === "" ? [inheriting("cpuset.cpus", inherited.cpus)] : []),
      ...(mems === "" ? [inheriting("cpuset.mems", inherited.mems)] : []),
    ];
    parents.push(...fileSteps(directory, lacking));
    inherited.cpus = cpus || inherited.cpus;
    inherited.mems = mems || inherited.mems;
  }
  if (!controllers.includes("cpuset")) return { parents, own: files };
  const chosen = new Set(files.map(({ file }) => file));
  const defaults = [
    inheriting("cpuset.cpus", inherited.cpus),
    inheriting("cpuset.mems", inherited.mems),
  ].filter(({ file }) => !chosen.has(file));
  return { parents, own: [...defaults, ...files] };
}

function inheriting(file: string, value: string): PlannedFile {
  const what = file === "cpuset.cpus" ? "CPUs" : "memory nodes";
  return {
    file,
    value,
    why: `the ${what} of its parent: with none, no process can join`,
  };
}

/** Each level hands down the controllers that it does not yet. */
function v2ParentSteps(
  { mountPoint, controllers, levels }: SurveyedV2,
): PrepareStep[] {
  return levels.flatMap(({ path, exists, enabled }): PrepareStep[] => {
    const directory = `${mountPoint}${path}`;
    const lacking = controllers.filter((name) => !enabled.includes(name));
    return [
      ...(exists ? [] : [parentStep(directory)]),
      ...(lacking.length === 0 ? [] : fileSteps(directory, [{
        file: "cgroup.subtree_control",
        value: lacking.map((name) => `+${name}`).join(" "),
        why: "the cgroups below have these controllers, too",
      }])),
    ];
  });
}
