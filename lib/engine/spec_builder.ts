/**
 * From a container's configuration to its runtime specification. Pure: what
 * depends on the host or the image is passed in.
 *
 * @module
 */
import type { CapabilityName } from "../../ffi/constants/capability.ts";
import { HostError } from "../base/errors.ts";
import type { LinuxResources } from "../oci/linux_resources.ts";
import type {
  Capabilities,
  Linux,
  NamespaceType,
  Process,
  Rlimit,
  RuntimeSpec,
} from "../oci/runtime_spec.ts";
import { DEFAULT_PATH } from "../runtime/plan/program.ts";
import {
  allCapabilities,
  capabilitySets,
  grantedCapabilities,
} from "./capabilities.ts";
import type { ContainerConfig } from "./container_config.ts";
import type { ResolvedThrottles } from "./device_throttle.ts";
import {
  buildDeviceRules,
  buildDevices,
  type DeviceInput,
} from "./spec/devices.ts";
import { buildMounts } from "./spec/mounts.ts";
import { buildNamespaces } from "./spec/namespaces.ts";
import { defaultSysctls } from "./sysctl.ts";
import type { ResolvedUser } from "./user.ts";

/** What the configuration does not say. */
export interface SpecInput extends HostInput {
  /** Where the root will be mounted, absolute on the host. */
  readonly rootPath: string;
  /** Directory with the container's own `hosts`, `hostname`, `resolv.conf`. */
  readonly filesPath: string;
  readonly user: ResolvedUser;
  /** Size of the caller's terminal in characters, if it has one. */
  readonly consoleSize?: { readonly height: number; readonly width: number };
  /** Kinds of namespaces this kernel has. */
  readonly namespaces: ReadonlySet<NamespaceType>;
  /** The network namespace to join; absent: a new one, unless it is the host's. */
  readonly networkPath?: string;
}

/** What of {@linkcode SpecInput} the host alone decides. */
export interface HostInput extends DeviceInput {
  /** What tsdocker itself holds, and so at most can grant. */
  readonly heldCapabilities: ReadonlySet<CapabilityName>;
  /** What is left of `config.rlimits` of what this host allows. */
  readonly rlimits: readonly Rlimit[];
  /** `config.throttles` with the numbers of this host's devices. */
  readonly throttles: ResolvedThrottles;
  /** Whether the kernel has profiles that could be asked for. */
  readonly apparmor: "enabled" | "disabled";
}

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
  "/proc/dynamic_debug",
  "/proc/fs",
  "/proc/irq",
  "/proc/sys",
  "/proc/sysrq-trigger",
];

/**
 * Builds the specification. What confines system calls is not part of it:
 * `config.seccomp` says that, and depends on the kernel.
 *
 * @param config The container.
 * @param input What its configuration does not say.
 * @throws {UsageError} If it asks for what tsdocker cannot give.
 * @throws {HostError} If the kernel lacks something it needs.
 */
export function buildSpec(
  config: ContainerConfig,
  input: SpecInput,
): RuntimeSpec {
  return {
    ociVersion: "1.2.0",
    process: buildProcess(config, input),
    root: { path: input.rootPath, readonly: config.readOnly },
    ...(config.uts === "private" ? { hostname: config.hostname } : {}),
    mounts: buildMounts(config, input.filesPath),
    linux: buildLinux(config, input),
  };
}

function buildLinux(config: ContainerConfig, input: SpecInput): Linux {
  const { cgroupsPath, idMappings, network } = config;
  const isMasked = config.systemPaths === "masked";
  return {
    namespaces: buildNamespaces(config, input),
    ...(idMappings === undefined ? {} : {
      uidMappings: idMappings.uid,
      gidMappings: idMappings.gid,
    }),
    devices: buildDevices(config, input),
    ...(cgroupsPath === undefined
      ? {}
      : { cgroupsPath, resources: buildResources(config, input) }),
    sysctl: {
      ...defaultSysctls(network, idMappings === undefined ? "host" : "own"),
      ...config.sysctl,
    },
    maskedPaths: isMasked ? MASKED_PATHS : [],
    readonlyPaths: isMasked ? READONLY_PATHS : [],
  };
}

function buildResources(
  config: ContainerConfig,
  input: SpecInput,
): LinuxResources {
  const blockIO = { ...config.resources.blockIO, ...input.throttles };
  return {
    devices: buildDeviceRules(config, input),
    ...config.resources,
    ...(Object.keys(blockIO).length === 0 ? {} : { blockIO }),
  };
}

function buildProcess(config: ContainerConfig, input: SpecInput): Process {
  const { user } = input.user;
  const { oomScoreAdj, noNewPrivileges } = config;
  return {
    terminal: config.tty,
    ...(config.tty && input.consoleSize !== undefined
      ? { consoleSize: input.consoleSize }
      : {}),
    user,
    args: config.args,
    env: buildEnvironment(config, input.user.home),
    cwd: config.workdir,
    capabilities: buildCapabilities(config, input),
    ...(noNewPrivileges ? { noNewPrivileges } : {}),
    ...(input.rlimits.length === 0 ? {} : { rlimits: input.rlimits }),
    ...apparmorProfile(config, input),
    ...(oomScoreAdj === undefined ? {} : { oomScoreAdj }),
  };
}

/** In a user namespace of its own a process starts with all of them. */
function buildCapabilities(
  config: ContainerConfig,
  { heldCapabilities, user }: SpecInput,
): Capabilities {
  const available = config.idMappings === undefined
    ? heldCapabilities
    : allCapabilities();
  return capabilitySets(grantedCapabilities(config, available), user.user);
}

function apparmorProfile(
  { apparmor }: ContainerConfig,
  input: SpecInput,
): Pick<Process, "apparmorProfile"> {
  if (apparmor === undefined || apparmor === "unconfined") return {};
  if (input.apparmor === "enabled") return { apparmorProfile: apparmor };
  throw new HostError(
    `Cannot confine the container with the AppArmor profile "${apparmor}": AppArmor is not enabled in this kernel`,
    { advice: "leave --security-opt apparmor out" },
  );
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
