/**
 * Which cgroup versions a host has, from its mount table.
 *
 * @module
 * @see proc_pid_mountinfo(5)
 */

/** Version 1 or 2 alone, both with controllers in v1, or no cgroups. */
export type CgroupMode = "v1" | "v2" | "hybrid" | "none";

/**
 * Reads the cgroup versions out of a mount table.
 *
 * @param mountinfo The text of `/proc/self/mountinfo`.
 */
export function cgroupMode(mountinfo: string): CgroupMode {
  // The type of the file system is the first field after the lone dash.
  const types = new Set(
    mountinfo.split("\n").map((line) => line.split(" - ")[1]?.split(" ")[0]),
  );
  if (types.has("cgroup")) return types.has("cgroup2") ? "hybrid" : "v1";
  return types.has("cgroup2") ? "v2" : "none";
}
