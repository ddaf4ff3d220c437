/**
 * tsdocker, and the engines it is compared with, each with a place of its own
 * for its files and the image unpacked there.
 *
 * @module
 */
import type { Fd } from "../../../ffi/fd.ts";
import {
  type Absentee,
  type Command,
  outputOf,
  Scratch,
  start,
  versionOf,
} from "./contender.ts";
import { cgroupsNamed, removeCgroups, unmountBelow } from "./engine_remains.ts";

/** Where the engines put the cgroups of their containers. */
const PODMAN_CGROUP = "libpod_parent";
const DOCKER_CGROUP = "docker";

/** What podman and docker call the image. */
const IMAGE = "bench:latest";

/** Where an engine runs if its containers are to be on a bridge. */
export interface BridgedEngine {
  /** The network namespace that stands for the host; only for this engine. */
  readonly host?: Fd;
  /** Flags of its own, which belong to its name. */
  readonly flags?: readonly string[];
}

/** What starts containers and works on them, by docker's command line. */
export interface Engine extends AsyncDisposable {
  readonly name: string;
  /** Its version, as it tells it. */
  readonly version: string;
  /** Where it keeps its files. */
  readonly directory: string;
  /** One of its commands. */
  command(...words: readonly string[]): Command;
  /**
   * The command that runs a program in a new container, on the engine's own
   * bridge or without a network.
   *
   * @param flags Further flags of `run`.
   */
  run(flags: readonly string[], program: readonly string[]): Command;
  /** The command that kills and removes a container. */
  remove(name: string): Command;
}

/** tsdocker; the first container it runs unpacks the image. */
export async function tsdockerEngine(
  program: string,
  image: string,
  launcher: "native" | "reinvoke" = "native",
  { host }: BridgedEngine = {},
): Promise<Engine> {
  const version = await versionOf(program);
  const scratch = await Scratch.make();
  const roots = ["--root", `${scratch.path}/root`];
  roots.push("--run-root", `${scratch.path}/run`);
  const command: Engine["command"] = (...words) => ({
    program,
    args: [...roots, ...words],
    env: { TSDOCKER_LAUNCHER: launcher },
    ...inNetwork(host),
  });
  return {
    name: `tsdocker (${launcher})`,
    version,
    directory: scratch.path,
    command,
    run: (flags, words) =>
      command(
        ...["run", "--network", host === undefined ? "none" : "bridge"],
        ...flags,
        image,
        ...words,
      ),
    remove: (name) => command("rm", "-f", name),
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}

/** podman with storage of its own, and limits that a container may set. */
export async function podmanEngine(
  image: string,
  { host, flags: own = [] }: BridgedEngine = {},
): Promise<Engine> {
  const cgroups = await cgroupsNamed(PODMAN_CGROUP);
  const scratch = await Scratch.make();
  const options = [
    ...["--root", `${scratch.path}/root`, "--runroot", `${scratch.path}/run`],
    ...["--tmpdir", `${scratch.path}/tmp`, "--cgroup-manager", "cgroupfs"],
    ...["--runtime", "runc"],
    ...["--network-config-dir", `${scratch.path}/networks`, ...own],
  ];
  await outputOf("podman", ...options, "import", image, IMAGE);
  const limits = [
    "--ulimit",
    "nofile=1024:1024",
    "--ulimit",
    "nproc=1000:1000",
  ];
  const command: Engine["command"] = (...words) => ({
    program: "podman",
    args: [...options, ...words],
    ...inNetwork(host),
  });
  const network = host === undefined ? ["--network", "none"] : [];
  return {
    name: ["podman", ...own].join(" "),
    version: await versionOf("podman"),
    directory: scratch.path,
    command,
    run: (flags, words) =>
      command("run", ...network, ...limits, ...flags, IMAGE, ...words),
    remove: (name) => command("rm", "-f", "-t", "0", name),
    async [Symbol.asyncDispose](): Promise<void> {
      // It leaves its overlay directory mounted.
      await outputOf("podman", ...options, "system", "reset", "--force");
      await unmountBelow(scratch.path);
      await removeCgroups(PODMAN_CGROUP, cgroups);
      await scratch[Symbol.asyncDispose]();
    },
  };
}

/** How dockerd leaves the machine's network alone. */
const WITHOUT_BRIDGE = [
  "--bridge=none",
  "--iptables=false",
  "--ip6tables=false",
];

/** docker with a daemon of its own, started here and ended with it. */
export async function dockerEngine(
  image: string,
  { host, flags: own = [] }: BridgedEngine = {},
): Promise<Engine> {
  const cgroups = await cgroupsNamed(DOCKER_CGROUP);
  const scratch = await Scratch.make();
  const socket = `unix://${scratch.path}/socket`;
  const daemon = start({
    program: "dockerd",
    args: [
      ...["--data-root", `${scratch.path}/data`],
      ...["--exec-root", `${scratch.path}/exec`],
      ...["--pidfile", `${scratch.path}/pid`, "--host", socket],
      ...(host === undefined ? WITHOUT_BRIDGE : []),
      ...own,
    ],
    ...inNetwork(host),
  }, { stdout: "null", stderr: "null" });
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
    await outputOf("docker", ...client, "import", image, IMAGE);
  } catch (error) {
    await end();
    throw error;
  }
  const command: Engine["command"] = (...words) => ({
    program: "docker",
    args: [...client, ...words],
  });
  const network = host === undefined ? ["--network", "none"] : [];
  return {
    name: ["docker", ...own].join(" "),
    version: await versionOf("docker"),
    directory: scratch.path,
    command,
    run: (flags, words) =>
      command("run", ...network, ...flags, IMAGE, ...words),
    remove: (name) => command("rm", "-f", name),
    [Symbol.asyncDispose]: end,
  };
}

/** The part of a command that says where it runs. */
function inNetwork(host: Fd | undefined): Pick<Command, "network"> {
  return host === undefined ? {} : { network: host };
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

/**
 * Prepares what need not be there.
 *
 * @param names Programs it needs.
 */
export async function ifInstalled<Prepared>(
  names: readonly [string, ...string[]],
  prepare: () => Promise<Prepared>,
): Promise<Prepared | Absentee> {
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

/** Whether it takes part. */
export function isPresent<Prepared extends object>(
  entry: Prepared | Absentee,
): entry is Prepared {
  return !("reason" in entry);
}
