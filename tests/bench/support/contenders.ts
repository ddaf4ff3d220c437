/**
 * tsdocker under both launchers, and the engines it is compared with.
 *
 * @module
 */
import {
  type Absentee,
  type Contender,
  outputOf,
  Scratch,
  versionOf,
} from "./contender.ts";

/** Where the engines put the cgroups of their containers. */
const PODMAN_CGROUP = "libpod_parent";
const DOCKER_CGROUP = "docker";

/** What every contender runs. */
const PROGRAM = "true";

/** tsdocker, with the image unpacked by its first run. */
export async function tsdocker(
  program: string,
  image: string,
  launcher: "native" | "reinvoke",
): Promise<Contender> {
  const scratch = await Scratch.make();
  const roots = ["--root", `${scratch.path}/root`];
  roots.push("--run-root", `${scratch.path}/run`);
  return {
    name: `tsdocker (${launcher})`,
    version: await versionOf(program),
    command: () => ({
      program,
      args: [...roots, "run", "--rm", "--network", "none", image, PROGRAM],
      env: { TSDOCKER_LAUNCHER: launcher },
    }),
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}

/** runc on the unpacked image: no layers, no records, no image look-up. */
export async function runc(image: string): Promise<Contender> {
  const scratch = await Scratch.make();
  const bundle = `${scratch.path}/bundle`;
  await Deno.mkdir(`${bundle}/rootfs`, { recursive: true });
  await outputOf("tar", "-xf", image, "-C", `${bundle}/rootfs`);
  await outputOf("runc", "spec", "--bundle", bundle);
  const spec = JSON.parse(await Deno.readTextFile(`${bundle}/config.json`));
  spec.process.terminal = false;
  spec.process.args = [PROGRAM];
  spec.root.readonly = false;
  // Raising the hard limit is refused where CAP_SYS_RESOURCE is missing.
  delete spec.process.rlimits;
  await Deno.writeTextFile(`${bundle}/config.json`, JSON.stringify(spec));
  return {
    name: "runc",
    version: await versionOf("runc"),
    command: (round) => ({
      program: "runc",
      args: [
        ...["--root", `${scratch.path}/state`, "run", "--bundle", bundle],
        `tsdocker-bench-${Deno.pid}-${round}`,
      ],
    }),
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}

/** podman with storage of its own, and limits that a container may set. */
export async function podman(image: string): Promise<Contender> {
  const cgroups = await cgroupsNamed(PODMAN_CGROUP);
  const scratch = await Scratch.make();
  const options = [
    ...["--root", `${scratch.path}/root`, "--runroot", `${scratch.path}/run`],
    ...["--tmpdir", `${scratch.path}/tmp`, "--cgroup-manager", "cgroupfs"],
    ...["--runtime", "runc"],
  ];
  await outputOf("podman", ...options, "import", image, "bench:latest");
  const limits = [
    "--ulimit",
    "nofile=1024:1024",
    "--ulimit",
    "nproc=1000:1000",
  ];
  return {
    name: "podman",
    version: await versionOf("podman"),
    command: () => ({
      program: "podman",
      args: [
        ...[...options, "run", "--rm", "--network", "none", ...limits],
        ...["bench:latest", PROGRAM],
      ],
    }),
    async [Symbol.asyncDispose](): Promise<void> {
      // It leaves its overlay directory mounted.
      await outputOf("podman", ...options, "system", "reset", "--force");
      await unmountBelow(scratch.path);
      await removeCgroups(PODMAN_CGROUP, cgroups);
      await scratch[Symbol.asyncDispose]();
    },
  };
}

/** docker with a daemon of its own, started here and ended with the race. */
export async function docker(image: string): Promise<Contender> {
  const cgroups = await cgroupsNamed(DOCKER_CGROUP);
  const scratch = await Scratch.make();
  const socket = `unix://${scratch.path}/socket`;
  const daemon = new Deno.Command("dockerd", {
    args: [
      ...["--data-root", `${scratch.path}/data`],
      ...["--exec-root", `${scratch.path}/exec`],
      ...["--pidfile", `${scratch.path}/pid`, "--host", socket],
      ...["--bridge", "none", "--iptables=false", "--ip6tables=false"],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const client = ["--host", socket];
  const end = async (): Promise<void> => {
    try {
      daemon.kill("SIGTERM");
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
    await daemon.status;
    await unmountBelow(scratch.path);
    await removeCgroups(DOCKER_CGROUP, cgroups);
    await scratch[Symbol.asyncDispose]();
  };
  try {
    await answer(client);
    await outputOf("docker", ...client, "import", image, "bench:latest");
  } catch (error) {
    await end();
    throw error;
  }
  return {
    name: "docker",
    version: await versionOf("docker"),
    command: () => ({
      program: "docker",
      args: [
        ...[...client, "run", "--rm", "--network", "none"],
        ...["bench:latest", PROGRAM],
      ],
    }),
    [Symbol.asyncDispose]: end,
  };
}

const DAEMON_TIMEOUT_MS = 30_000;

/** Waits until the daemon answers. */
async function answer(client: readonly string[]): Promise<void> {
  const end = performance.now() + DAEMON_TIMEOUT_MS;
  for (;;) {
    try {
      await outputOf("docker", ...client, "info");
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Cgroups of a name, which an engine makes once and leaves. */
async function cgroupsNamed(name: string): Promise<string[]> {
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
async function removeCgroups(
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
async function unmountBelow(path: string): Promise<void> {
  const lines = (await Deno.readTextFile("/proc/self/mountinfo")).split("\n");
  const points = lines.map((line) => line.split(" ")[4] ?? "")
    .filter((point) => point.startsWith(`${path}/`));
  for (const point of points.toReversed()) await outputOf("umount", point);
}

/**
 * Prepares a contender that need not be there.
 *
 * @param names Programs it needs.
 */
export async function ifInstalled(
  names: readonly [string, ...string[]],
  prepare: () => Promise<Contender>,
): Promise<Contender | Absentee> {
  const [name] = names;
  for (const program of names) {
    const { success } = await new Deno.Command("sh", {
      args: ["-c", 'command -v "$0"', program],
      stdout: "null",
    }).output();
    if (!success) return { name, reason: `${program} is not installed` };
  }
  try {
    return await prepare();
  } catch (error) {
    return {
      name,
      reason: error instanceof Error ? error.message : `${error}`,
    };
  }
}
