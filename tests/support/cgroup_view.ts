/**
 * Limits as a container's own cgroup shows them, and cgroups as the host shows
 * them, told by the mount table: the engine's own survey is what is tested.
 *
 * @module
 */
import { IMAGE, type Outcome, type Place } from "./cli.ts";

/** Where the same limit is found. */
export interface LimitFile {
  /** Begins with the controller. */
  readonly v1: string;
  /** Absent where v2 has no such limit. */
  readonly v2?: string;
}

/** A cgroup file system of the host. */
export interface HostHierarchy {
  readonly version: "v1" | "v2";
  readonly mountPoint: string;
  /** Of the file system: among others, the controllers of v1. */
  readonly options: readonly string[];
}

/** What a container printed that has no such file. */
export const MISSING = "missing\n";

/** The cgroup file systems of the host. */
export function hostHierarchies(): HostHierarchy[] {
  const mounts = Deno.readTextFileSync("/proc/self/mountinfo");
  return mounts.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [type, , options = ""] = after.split(" ");
    if (type !== "cgroup" && type !== "cgroup2") return [];
    return [{
      version: type === "cgroup" ? "v1" : "v2",
      mountPoint: before.split(" ")[4] ?? "",
      options: options.split(","),
    }];
  });
}

/** The version that a controller is in on this host, by its name in v1. */
export function versionOf(controller: string): "v1" | "v2" {
  const isV1 = hostHierarchies().some(({ version, options }) =>
    version === "v1" && options.includes(controller)
  );
  return isV1 ? "v1" : "v2";
}

/** The version of the controller of a limit on this host. */
export function versionHaving({ v1 }: LimitFile): "v1" | "v2" {
  const [controller = ""] = v1.split("/");
  return versionOf(controller);
}

/** The path of a limit inside a container; `undefined` if there is none. */
export function pathOf(file: LimitFile): string | undefined {
  const path = file[versionHaving(file)];
  return path && `/sys/fs/cgroup/${path}`;
}

/** Runs a container with flags, and has it print a limit of its own cgroup. */
export function showLimit(
  place: Place,
  flags: readonly string[],
  file: LimitFile,
): Promise<Outcome> {
  const script = '[ -e "$0" ] && exec cat "$0"; echo missing';
  return place.run(
    ...["--rm", ...flags, IMAGE, "sh", "-c", script],
    pathOf(file) ?? "/nowhere",
  );
}

/** The directories of a cgroup in all hierarchies of the host. */
export function hostDirectories(path: string): string[] {
  return hostHierarchies().map(({ mountPoint }) => `${mountPoint}${path}`)
    .filter(isThere);
}

/** Removes a cgroup from all hierarchies that have it. */
export function removeEverywhere(path: string): void {
  for (const directory of hostDirectories(path)) Deno.removeSync(directory);
}

/** The processes of a cgroup in any hierarchy. */
export function processesIn(path: string): number[] {
  const lines = hostDirectories(path).flatMap((directory) =>
    Deno.readTextFileSync(`${directory}/cgroup.procs`).trim().split("\n")
  );
  return [...new Set(lines)].filter((line) => line !== "").map(Number);
}

/** Whether a path exists. */
export function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
