/**
 * Surveys of hosts that this one need not be.
 *
 * @module
 */
import type { Controller } from "../../lib/runtime/cgroups/hierarchy.ts";
import type {
  CgroupSurvey,
  SurveyedV1,
  SurveyedV2,
} from "../../lib/runtime/cgroups/survey.ts";

/** A hierarchy, but for these files of its cgroups. */
export function without(
  ...files: readonly string[]
): Pick<SurveyedV1, "lacks"> {
  return { lacks: (file) => files.includes(file) };
}

/** A v1 hierarchy in which `/tsdocker` exists. */
export function v1Hierarchy(
  data: string,
  changes: Partial<SurveyedV1> = {},
): SurveyedV1 {
  const controllers = data.startsWith("name=") ? [] : data.split(",");
  const cpuset = data === "cpuset" ? { cpus: "0-1", mems: "0" } : {};
  return {
    version: "v1",
    mountPoint: `/sys/fs/cgroup/${data.replace("name=", "")}`,
    controllers: controllers as Controller[],
    data,
    device: { major: 0, minor: 30 },
    lacks: () => false,
    levels: [
      { path: "", exists: true, ...cpuset },
      { path: "/tsdocker", exists: true, ...cpuset },
    ],
    ...changes,
  };
}

/** A v2 hierarchy in which `/tsdocker` exists and has all controllers. */
export function v2Hierarchy(changes: Partial<SurveyedV2> = {}): SurveyedV2 {
  const controllers = changes.controllers ??
    ["cpuset", "cpu", "io", "memory", "pids"] as const;
  return {
    version: "v2",
    mountPoint: "/sys/fs/cgroup",
    controllers,
    data: "",
    device: { major: 0, minor: 25 },
    ...without("io.bfq.weight"),
    levels: [
      { path: "", exists: true, enabled: controllers },
      { path: "/tsdocker", exists: true, enabled: controllers },
    ],
    ...changes,
  };
}

/** A host with v2 alone. */
export function v2Survey(changes: Partial<SurveyedV2> = {}): CgroupSurvey {
  return { mode: "v2", hierarchies: [v2Hierarchy(changes)] };
}

/** A host with v1 alone, where two controllers share a hierarchy. */
export function v1Survey(
  changes: Readonly<Record<string, Partial<SurveyedV1>>> = {},
): CgroupSurvey {
  const all = [
    "cpu,cpuacct",
    "cpuset",
    "memory",
    "devices",
    "freezer",
    "blkio",
    "pids",
    "name=systemd",
  ];
  return {
    mode: "v1",
    hierarchies: all.map((data) => v1Hierarchy(data, changes[data])),
  };
}

/** A host without cgroups. */
export const NO_CGROUPS: CgroupSurvey = { mode: "none", hierarchies: [] };
