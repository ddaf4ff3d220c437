/**
 * What this host can limit: the hierarchies, what they control, and what is
 * there already on the way to a container's cgroup. Detection is by
 * controller, since on a hybrid host one may be in v1 and another in v2.
 *
 * @module
 * @see cgroups(7)
 * @see Linux Documentation/admin-guide/cgroup-v2.rst
 */
import type { Controller } from "./hierarchy.ts";
import {
  isRealRoot,
  isThere,
  readControllers,
  readLine,
} from "./interface_file.ts";
import {
  type CgroupMode,
  cgroupMode,
  type CgroupMount,
  mountedHierarchies,
} from "./mount_table.ts";
import { lacksFileV1, lacksFileV2 } from "./optional_files.ts";

/** What is known of a host before a container starts. */
export interface CgroupSurvey {
  readonly mode: CgroupMode;
  /** Every hierarchy, also those that limit nothing. */
  readonly hierarchies: readonly SurveyedHierarchy[];
}

/** A hierarchy and the way to the container's cgroup in it. */
export type SurveyedHierarchy = SurveyedV1 | SurveyedV2;

interface Surveyed extends CgroupMount {
  /**
   * Whether a cgroup here is known not to have a file: this kernel was built,
   * or started, without it. Only looked for when asked.
   */
  lacks(file: string): boolean;
}

/** A v1 hierarchy. */
export interface SurveyedV1 extends Surveyed {
  readonly version: "v1";
  /** From the root to the parent of the container's cgroup. */
  readonly levels: readonly V1Level[];
}

/** The v2 hierarchy; `controllers` are those a container can be given. */
export interface SurveyedV2 extends Surveyed {
  readonly version: "v2";
  /** From the root to the parent of the container's cgroup. */
  readonly levels: readonly V2Level[];
  /**
   * Why there are not more controllers: the directory in which they cannot be
   * enabled, since it has processes of its own.
   */
  readonly occupied?: string;
}

/** A cgroup on the way. */
interface Level {
  /** Below the root of the hierarchy, whose own is empty. */
  readonly path: string;
  readonly exists: boolean;
}

/** @see cpuset(7): who has no CPUs or no memory nodes cannot have processes. */
export interface V1Level extends Level {
  /** Empty if it has none; absent without this controller. */
  readonly cpus?: string;
  /** Empty if it has none; absent without this controller. */
  readonly mems?: string;
}

/** A cgroup of v2 hands controllers down to those below it. */
export interface V2Level extends Level {
  /** What those below it have. */
  readonly enabled: readonly Controller[];
}

/** Controllers of v2 that containers are limited and measured with. */
export const V2_CONTROLLERS: readonly Controller[] = [
  "cpuset",
  "cpu",
  "io",
  "memory",
  "pids",
];

/**
 * Looks at this host. Synchronous, less than a millisecond.
 *
 * @param cgroupsPath Where the container's cgroups are to be, below the root of
 * each hierarchy; starts with a slash.
 */
export function surveyCgroups(cgroupsPath: string): CgroupSurvey {
  return surveyMounts(mountedHierarchies(), cgroupsPath);
}

/** As {@linkcode surveyCgroups}, of hierarchies that have been found. */
export function surveyMounts(
  mounts: readonly CgroupMount[],
  cgroupsPath: string,
): CgroupSurvey {
  const paths = levelPaths(cgroupsPath);
  const hierarchies = mounts.map((mount) =>
    mount.version === "v1" ? surveyV1(mount, paths) : surveyV2(mount, paths)
  );
  return { mode: cgroupMode(hierarchies), hierarchies };
}

/**
 * The hierarchy that has a controller.
 *
 * @param controllers Its names, since v1 and v2 may differ.
 */
export function hierarchyOf(
  { hierarchies }: CgroupSurvey,
  ...controllers: Controller[]
): SurveyedHierarchy | undefined {
  return hierarchies.find((hierarchy) =>
    controllers.some((controller) => hierarchy.controllers.includes(controller))
  );
}

/** The root and every parent: `/a/b/c` gives nothing, `/a` and `/a/b`. */
function levelPaths(cgroupsPath: string): string[] {
  const parts = cgroupsPath.split("/").slice(1, -1);
  return ["", ...parts.map((_, at) => `/${parts.slice(0, at + 1).join("/")}`)];
}

function surveyV1(mount: CgroupMount, paths: readonly string[]): SurveyedV1 {
  const { mountPoint, controllers } = mount;
  const hasCpuset = controllers.includes("cpuset");
  const levels = paths.map((path): V1Level => {
    const directory = `${mountPoint}${path}`;
    const exists = path === "" || isThere(directory);
    if (!hasCpuset) return { path, exists };
    if (!exists) return { path, exists, cpus: "", mems: "" };
    return {
      path,
      exists,
      cpus: readLine(`${directory}/cpuset.cpus`),
      mems: readLine(`${directory}/cpuset.mems`),
    };
  });
  const lacks = (file: string): boolean => lacksFileV1(mount, file);
  return { ...mount, version: "v1", levels, lacks };
}

function surveyV2(mount: CgroupMount, paths: readonly string[]): SurveyedV2 {
  const { mountPoint } = mount;
  const available = readControllers(`${mountPoint}/cgroup.controllers`);
  let controllers = V2_CONTROLLERS.filter((name) => available.includes(name));
  let occupied: string | undefined;
  const levels = paths.map((path): V2Level => {
    const directory = `${mountPoint}${path}`;
    const exists = path === "" || isThere(directory);
    const enabled = exists
      ? readControllers(`${directory}/cgroup.subtree_control`)
      : [];
    const handed = controllers.filter((name) => enabled.includes(name));
    if (exists && handed.length < controllers.length && isOccupied(directory)) {
      controllers = handed;
      occupied ??= directory;
    }
    return { path, exists, enabled };
  });
  return {
    ...mount,
    version: "v2",
    controllers,
    levels,
    lacks: (file) => lacksFileV2(mount, file, levels.find(isThereBelow)?.path),
    ...(occupied === undefined ? {} : { occupied }),
  };
}

/**
 * Whether the controllers of those below cannot be changed: only the real root
 * may have processes besides them, and threads have rules of their own.
 */
function isOccupied(directory: string): boolean {
  if (isRealRoot(directory)) return false;
  return readLine(`${directory}/cgroup.type`) !== "domain" ||
    readLine(`${directory}/cgroup.procs`) !== "";
}

/** Of those right below the root, one that has all the root hands down. */
function isThereBelow({ path, exists }: V2Level): boolean {
  return path !== "" && exists;
}
