/**
 * Limits as a container's own cgroup shows them, whichever version the host
 * has.
 *
 * @module
 */
import { IMAGE, type Place } from "./cli.ts";

/** Where the same limit is found; `v1` begins with the hierarchy. */
export interface LimitFile {
  readonly v1: string;
  readonly v2: string;
}

/** Whether the host has cgroup v2 and nothing else. */
export function isPureV2(): boolean {
  const mounts = Deno.readTextFileSync("/proc/self/mountinfo");
  return !/ - cgroup /.test(mounts) && / - cgroup2 /.test(mounts);
}

/** The path inside a container. */
export function pathOf(file: LimitFile): string {
  return `/sys/fs/cgroup/${isPureV2() ? file.v2 : file.v1}`;
}

/** Runs a container with flags, and gives what it reads from its cgroup. */
export async function readLimit(
  place: Place,
  flags: readonly string[],
  file: LimitFile,
): Promise<string> {
  const { code, stdout, stderr } = await place.run(
    ...["--rm", ...flags, IMAGE, "cat", pathOf(file)],
  );
  if (code !== 0 || stderr !== "") throw new Error(`status ${code}: ${stderr}`);
  return stdout.trim();
}
