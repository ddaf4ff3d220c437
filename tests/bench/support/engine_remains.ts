/**
 * What engines leave behind: mounts and cgroups.
 *
 * @module
 */
import { outputOf } from "./contender.ts";

/** Cgroups of a name, which an engine makes once and leaves. */
export async function cgroupsNamed(name: string): Promise<string[]> {
  const found: string[] = [];
  const parents = ["/sys/fs/cgroup"];
  for await (const entry of Deno.readDir("/sys/fs/cgroup")) {
    if (entry.isDirectory) parents.push(`/sys/fs/cgroup/${entry.name}`);
  }
  for (const parent of parents) {
    const path = `${parent}/${name}`;
    if (await Deno.stat(path).then(() => true, () => false)) found.push(path);
  }
  return found;
}

/** Removes the cgroups that were not there before; they are empty by now. */
export async function removeCgroups(
  name: string,
  before: readonly string[],
): Promise<void> {
  for (const path of await cgroupsNamed(name)) {
    if (before.includes(path)) continue;
    await outputOf(
      "find",
      path,
      "-depth",
      "-type",
      "d",
      "-exec",
      "rmdir",
      "{}",
      ";",
    );
  }
}

/** Unmounts what an engine has left mounted, the deepest first. */
export async function unmountBelow(path: string): Promise<void> {
  const lines = (await Deno.readTextFile("/proc/self/mountinfo")).split("\n");
  const points = lines.map((line) => line.split(" ")[4] ?? "")
    .filter((point) => point.startsWith(`${path}/`));
  for (const point of points.toReversed()) await outputOf("umount", point);
}
