/**
 * Real cgroups for tests that need root.
 *
 * @module
 */

/** A new cgroup, removed when the scope ends. */
export class TestCgroup implements Disposable {
  /** Absolute path of its directory. */
  readonly path: string;

  /** @param mountPoint Of the hierarchy it is made in, at the top. */
  constructor(mountPoint: string) {
    this.path = `${mountPoint}/tsdocker-test-${crypto.randomUUID()}`;
    Deno.mkdirSync(this.path);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path);
  }
}

/**
 * Where a hierarchy is mounted, if it is.
 *
 * @param type `cgroup` for v1, `cgroup2` for v2.
 * @param controller One of v1's, which are named in the options.
 */
export function cgroupMount(
  type: "cgroup" | "cgroup2",
  controller?: string,
): string | undefined {
  const lines = Deno.readTextFileSync("/proc/self/mounts").split("\n");
  return lines.map((line) => line.split(" ")).find((
    [, , its, options = ""],
  ) =>
    its === type &&
    (controller === undefined || options.split(",").includes(controller))
  )?.[1];
}
