/**
 * From a container's configuration to its runtime specification. Pure: what
 * depends on the host or the image is passed in.
 *
 * @module
 */
import type { CapabilityName } from "../../ffi/constants/capability.ts";
import type {
  Capabilities,
  Mount,
  Namespace,
  NamespaceType,
  Process,
  RuntimeSpec,
} from "../oci/runtime_spec.ts";
import { DEFAULT_PATH } from "../runtime/plan/program.ts";
import type { ContainerConfig } from "./container_config.ts";
import { OWN_FILES } from "./own_files.ts";
import type { ResolvedUser } from "./user.ts";
import type { BindVolume, TmpfsVolume } from "./volume.ts";

/** What the configuration does not say. */
export interface SpecInput {
  /** Where the root will be mounted, absolute on the host. */
  readonly rootPath: string;
  /** Directory with the container's own `hosts`, `hostname`, `resolv.conf`. */
  readonly filesPath: string;
  readonly user: ResolvedUser;
  /** Size of the caller's terminal in characters, if it has one. */
  readonly consoleSize?: { readonly height: number; readonly width: number };
  /** Kinds of namespaces this kernel has. */
  readonly namespaces: ReadonlySet<NamespaceType>;
}

/** What docker leaves a container: 14 capabilities. */
export const DEFAULT_CAPABILITIES: readonly CapabilityName[] = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FOWNER",
  "CAP_FSETID",
  "CAP_KILL",
  "CAP_SETGID",
  "CAP_SETUID",
  "CAP_SETPCAP",
  "CAP_NET_BIND_SERVICE",
  "CAP_NET_RAW",
  "CAP_SYS_CHROOT",
  "CAP_MKNOD",
  "CAP_AUDIT_WRITE",
  "CAP_SETFCAP",
];

/** Paths that tell or change too much about the host. */
const MASKED_PATHS: readonly string[] = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/sys/devices/virtual/powercap",
  "/sys/firmware",
];

/** Paths whose files set the kernel's behaviour. */
const READONLY_PATHS: readonly string[] = [
  "/proc/bus",
  "/proc/fs",
  "/proc/irq",
  "/proc/sys",
  "/proc/sysrq-trigger",
];

/** Mounts every container has, parents before children. */
const DEFAULT_MOUNTS: readonly Mount[] = [
  mount("/proc", "proc", "nosuid,noexec,nodev"),
  mount("/dev", "tmpfs", "nosuid,strictatime,mode=755,size=65536k"),
  mount(
    "/dev/pts",
    "devpts",
    "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5",
  ),
  mount("/sys", "sysfs", "nosuid,noexec,nodev,ro"),
  mount("/dev/mqueue", "mqueue", "nosuid,noexec,nodev"),
  mount("/dev/shm", "tmpfs", "nosuid,noexec,nodev,mode=1777,size=65536k"),
];

/** `--tmpfs` without options, as docker has it. */
const TMPFS_OPTIONS: readonly string[] = ["noexec", "nosuid", "nodev"];

/**
 * Builds the specification.
 *
 * @param config The container.
 * @param input What its configuration does not say.
 */
export function buildSpec(
  config: ContainerConfig,
  input: SpecInput,
): RuntimeSpec {
  return {
    ociVersion: "1.2.0",
    process: buildProcess(config, input),
    root: { path: input.rootPath, readonly: config.readOnly },
    hostname: config.hostname,
    mounts: buildMounts(config, input),
    linux: {
      namespaces: buildNamespaces(config, input),
      devices: [],
      maskedPaths: MASKED_PATHS,
      readonlyPaths: READONLY_PATHS,
    },
  };
}

function buildProcess(config: ContainerConfig, input: SpecInput): Process {
  const { user } = input.user;
  return {
    terminal: config.tty,
    ...(config.tty && input.consoleSize !== undefined
      ? { consoleSize: input.consoleSize }
      : {}),
    user,
    args: config.args,
    env: buildEnvironment(config, input.user.home),
    cwd: config.workdir,
    capabilities: buildCapabilities(user.uid),
  };
}

/** Defaults first; what the user set replaces them, what is unset stays out. */
function buildEnvironment(config: ContainerConfig, home: string): string[] {
  const defaults = [
    `PATH=${DEFAULT_PATH}`,
    `HOSTNAME=${config.hostname}`,
    ...(config.tty ? ["TERM=xterm"] : []),
    `HOME=${home}`,
  ];
  const taken = new Set([...config.env.map(variableName), ...config.unsetEnv]);
  return [
    ...defaults.filter((entry) => !taken.has(variableName(entry))),
    ...config.env,
  ];
}

function variableName(entry: string): string {
  return entry.slice(0, entry.indexOf("="));
}

/** A user other than root starts with none of them, but can gain them. */
function buildCapabilities(uid: number): Capabilities {
  const held = uid === 0 ? DEFAULT_CAPABILITIES : [];
  return {
    bounding: DEFAULT_CAPABILITIES,
    effective: held,
    permitted: held,
    inheritable: [],
    ambient: [],
  };
}

/**
 * All mounts, so that none hides another: parents come before children, and a
 * mount of the user's replaces a default one on the same path. What the user
 * binds stays as it is: nothing of ours is mounted, and so created, inside.
 */
function buildMounts(config: ContainerConfig, input: SpecInput): Mount[] {
  const tmpfs = new Map(
    config.tmpfs.map((volume) => [volume.destination, tmpfsMount(volume)]),
  );
  const binds = config.volumes.map(bindMount);
  const users = new Set([...binds, ...tmpfs.values()].map(destinationOf));
  const bound = new Set(binds.map(destinationOf));
  const defaults = DEFAULT_MOUNTS
    .filter((mount) => !isWithin(mount.destination, bound))
    .map((mount) => tmpfs.get(mount.destination) ?? mount);
  const own = OWN_FILES
    .map((name) => ownFileMount(name, config, input))
    .filter((mount) => !isWithin(mount.destination, users));
  const others = [...binds, ...tmpfs.values()]
    .filter((mount) => !defaults.includes(mount))
    .toSorted((a, b) => depth(a) - depth(b));
  return [...defaults, ...own, ...others];
}

function ownFileMount(
  name: string,
  config: ContainerConfig,
  input: SpecInput,
): Mount {
  return {
    destination: `/etc/${name}`,
    type: "bind",
    source: `${input.filesPath}/${name}`,
    options: ["rbind", "rprivate", ...(config.readOnly ? ["ro"] : [])],
  };
}

function tmpfsMount({ destination, options }: TmpfsVolume): Mount {
  // The container's devices are made in what is mounted on /dev.
  const defaults = destination === "/dev"
    ? TMPFS_OPTIONS.filter((option) => option !== "nodev")
    : TMPFS_OPTIONS;
  return {
    destination,
    type: "tmpfs",
    source: "tmpfs",
    options: [...defaults, ...options],
  };
}

function bindMount(volume: BindVolume): Mount {
  return {
    destination: volume.destination,
    type: "bind",
    source: volume.source,
    options: ["rbind", "rprivate", ...(volume.access === "ro" ? ["rro"] : [])],
  };
}

/** Whether a path is one of the others, or lies below one. */
function isWithin(path: string, others: ReadonlySet<string>): boolean {
  if (others.has(path)) return true;
  for (const other of others) if (path.startsWith(`${other}/`)) return true;
  return false;
}

function destinationOf({ destination }: Mount): string {
  return destination;
}

function depth({ destination }: Mount): number {
  return destination.split("/").length;
}

function buildNamespaces(
  config: ContainerConfig,
  input: SpecInput,
): Namespace[] {
  const wanted: NamespaceType[] = ["mount", "pid", "uts", "ipc", "cgroup"];
  if (config.network === "none") wanted.push("network");
  return wanted.filter((type) => input.namespaces.has(type)).map((type) => ({
    type,
  }));
}

function mount(destination: string, type: string, options: string): Mount {
  return { destination, type, source: type, options: options.split(",") };
}
