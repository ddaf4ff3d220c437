/**
 * `HostConfig` of an inspected container: what it is to the host. Pure. The
 * fields are in the order of docker's.
 *
 * @module
 * @see docs.docker.com/reference/api/engine, "Inspect a container"
 */
import type { Rlimit } from "../../oci/runtime_spec.ts";
import type { ContainerConfig, LogConfig } from "../container_config.ts";
import type { DeviceRequest } from "../device_request.ts";
import { DEFAULT_NETWORK } from "../networks/network_mode.ts";
import { type AskedMount, inspectAskedMounts } from "./mounts.ts";
import { type InspectedLimits, inspectLimits } from "./limits.ts";
import { NIL_LIST, orNil } from "./nil_list.ts";
import { inspectPortBindings, type PortMap } from "./ports.ts";

/** What a container is to the host, under docker's names. */
export interface InspectedHostConfig extends InspectedLimits {
  readonly Binds: readonly string[];
  readonly ContainerIDFile: "";
  readonly LogConfig: {
    readonly Type: LogConfig["driver"];
    readonly Config: ReadonlyMap<string, string>;
  };
  readonly NetworkMode: string;
  /** As asked for: a port that is to be chosen is empty. */
  readonly PortBindings: PortMap;
  readonly RestartPolicy: {
    readonly Name: string;
    readonly MaximumRetryCount: number;
  };
  readonly AutoRemove: boolean;
  readonly VolumeDriver: "";
  readonly VolumesFrom: readonly string[];
  readonly ConsoleSize: readonly [0, 0];
  readonly CapAdd: readonly string[];
  readonly CapDrop: readonly string[];
  readonly CgroupnsMode: string;
  readonly Dns: readonly string[];
  readonly DnsOptions: readonly string[];
  readonly DnsSearch: readonly string[];
  readonly ExtraHosts: readonly string[];
  readonly GroupAdd: readonly string[];
  readonly IpcMode: string;
  readonly Cgroup: "";
  readonly Links: readonly string[];
  readonly OomScoreAdj: number;
  readonly PidMode: string;
  readonly Privileged: boolean;
  readonly PublishAllPorts: boolean;
  readonly ReadonlyRootfs: boolean;
  readonly SecurityOpt: readonly string[];
  /** Options by path; absent without any. */
  readonly Tmpfs: ReadonlyMap<string, string> | undefined;
  readonly UTSMode: string;
  readonly UsernsMode: string;
  /** Bytes. */
  readonly ShmSize: number;
  readonly Sysctls: ReadonlyMap<string, string> | undefined;
  readonly Runtime: "tsdocker";
  readonly Isolation: "";
  readonly Devices: readonly InspectedDevice[];
  readonly DeviceCgroupRules: readonly string[];
  readonly DeviceRequests: readonly never[];
  readonly Ulimits: readonly InspectedUlimit[];
  readonly Init: boolean;
  /** What `--mount` has asked for; absent without any. */
  readonly Mounts: readonly AskedMount[] | undefined;
}

/** What a container may use of the host, and what it shares with it. */
export function inspectHostConfig(
  config: ContainerConfig,
): InspectedHostConfig {
  return {
    Binds: orNil(
      config.volumes.filter(({ volume, isMount }) =>
        isMount !== true && volume?.isAnonymous !== true
      ).map(({ source, destination, access, volume }) =>
        `${volume?.name ?? source}:${destination}${
          access === "ro" ? ":ro" : ""
        }`
      ),
    ),
    ContainerIDFile: "",
    LogConfig: { Type: config.log.driver, Config: logOptions(config.log) },
    NetworkMode: inspectMode(config),
    PortBindings: inspectPortBindings(config),
    RestartPolicy: {
      Name: config.restart.name,
      MaximumRetryCount: config.restart.maximumRetryCount,
    },
    AutoRemove: config.autoRemove,
    VolumeDriver: "",
    VolumesFrom: NIL_LIST,
    ConsoleSize: [0, 0],
    CapAdd: orNil(config.capAdd),
    CapDrop: orNil(config.capDrop),
    CgroupnsMode: config.cgroupns,
    Dns: config.dns?.servers ?? [],
    DnsOptions: config.dns?.options ?? [],
    DnsSearch: config.dns?.search ?? [],
    ExtraHosts: orNil(config.extraHosts ?? []),
    GroupAdd: orNil(config.groupAdd),
    IpcMode: config.ipc,
    Cgroup: "",
    Links: NIL_LIST,
    OomScoreAdj: config.oomScoreAdj ?? 0,
    PidMode: hostMode(config.pid),
    Privileged: config.privileged,
    PublishAllPorts: config.publishAll ?? false,
    ReadonlyRootfs: config.readOnly,
    SecurityOpt: orNil(securityOptions(config)),
    Tmpfs: inspectTmpfs(config),
    UTSMode: hostMode(config.uts),
    UsernsMode: config.userns.kind === "host" ? "" : config.userns.kind,
    ShmSize: config.shmSizeBytes,
    Sysctls: Object.keys(config.sysctl).length === 0
      ? undefined
      : new Map(Object.entries(config.sysctl)),
    Runtime: "tsdocker",
    Isolation: "",
    ...inspectLimits(config),
    Devices: config.devices.map(inspectDevice),
    DeviceCgroupRules: orNil(config.deviceCgroupRules.map((rule) => {
      const { type = "a", major = "*", minor = "*", access = "rwm" } = rule;
      return `${type} ${major}:${minor} ${access}`;
    })),
    DeviceRequests: NIL_LIST,
    Ulimits: orNil(config.rlimits.map(inspectUlimit)),
    Init: config.init,
    Mounts: inspectAskedMounts(config),
  };
}

/** As `--network` takes it; the first one, if there are several. */
function inspectMode({ network, networks = [] }: ContainerConfig): string {
  if (network !== "connected") return network;
  // Disconnected from all, it may be connected to any.
  return networks[0]?.networkName ?? DEFAULT_NETWORK;
}

/** Options by path of what `--tmpfs` has asked for. */
function inspectTmpfs(
  { tmpfs }: ContainerConfig,
): ReadonlyMap<string, string> | undefined {
  const asked = tmpfs.filter(({ isMount }) => isMount !== true);
  if (asked.length === 0) return undefined;
  return new Map(
    asked.map(({ destination, options }) => [destination, options.join(",")]),
  );
}

/** Docker has no word for what is the container's own. */
function hostMode(mode: "private" | "host"): string {
  return mode === "host" ? mode : "";
}

function logOptions(
  { driver, maxSizeBytes, maxFiles }: LogConfig,
): ReadonlyMap<string, string> {
  if (driver === "none") return new Map();
  return new Map([
    ["max-file", `${maxFiles}`],
    ["max-size", maxSizeBytes < 0 ? "-1" : sizeText(maxSizeBytes)],
  ]);
}

/** As short as it can be written for `--log-opt`. */
function sizeText(bytes: number): string {
  const [unit, count] = bytes % 1024 ** 2 === 0
    ? ["m", bytes / 1024 ** 2]
    : bytes % 1024 === 0
    ? ["k", bytes / 1024]
    : ["", bytes];
  return `${count}${unit}`;
}

/** As docker has it, a profile is there as JSON. */
function securityOptions(
  { noNewPrivileges, seccomp, apparmor, systemPaths }: ContainerConfig,
): string[] {
  const profile = typeof seccomp === "string"
    ? seccomp
    : JSON.stringify(seccomp);
  return [
    ...(noNewPrivileges ? ["no-new-privileges"] : []),
    ...(profile === "default" ? [] : [`seccomp=${profile}`]),
    ...(apparmor === undefined ? [] : [`apparmor=${apparmor}`]),
    ...(systemPaths === "masked" ? [] : [`systempaths=${systemPaths}`]),
  ];
}

/** A device under docker's names. */
interface InspectedDevice {
  readonly PathOnHost: string;
  readonly PathInContainer: string;
  readonly CgroupPermissions: string;
}

function inspectDevice(
  { source, destination, access }: DeviceRequest,
): InspectedDevice {
  return {
    PathOnHost: source,
    PathInContainer: destination,
    CgroupPermissions: access,
  };
}

/** A limit under docker's names. */
interface InspectedUlimit {
  /** As `ulimit` flags call it, such as `nofile`. */
  readonly Name: string;
  readonly Hard: number;
  readonly Soft: number;
}

function inspectUlimit({ type, hard, soft }: Rlimit): InspectedUlimit {
  return {
    Name: type.replace(/^RLIMIT_/, "").toLowerCase(),
    Hard: hard,
    Soft: soft,
  };
}
