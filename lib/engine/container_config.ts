/**
 * What a container is, from its creation to its removal: written beside its
 * layer, and read by every later command.
 *
 * @module
 */
import type { Digest } from "../base/digest.ts";
import type { ContainerId } from "../base/identifiers.ts";
import type { CapabilityName } from "../../ffi/constants/capability.ts";
import type { HealthCheck } from "../monitor/health_state.ts";
import type { RestartPolicy } from "../monitor/restart.ts";
import type {
  DeviceCgroupRule,
  LinuxResources,
} from "../oci/linux_resources.ts";
import type { Rlimit } from "../oci/runtime_spec.ts";
import type { DeviceRequest } from "./device_request.ts";
import type { DeviceThrottle } from "./device_throttle.ts";
import type { IdMappings, UserNamespaceChoice } from "./id_mapping.ts";
import type { IpcMode, NamespaceMode } from "./namespace_mode.ts";
import type { NetworkConfig } from "./networks/network_config.ts";
import type { SeccompChoice } from "./security_option.ts";
import type { BindVolume, TmpfsVolume } from "./volume.ts";
import type { ImageMount } from "./volumes/image_mount.ts";

export type { HealthCheck, RestartPolicy };

/** Where a container's output is written down. */
export interface LogConfig {
  readonly driver: "json-file" | "none";
  /** A file that has grown to this is rotated; -1 never. */
  readonly maxSizeBytes: number;
  /** How many files are kept, the current one included; at least 1. */
  readonly maxFiles: number;
}

/**
 * What a container is. Its name, its limits and its restart policy change while
 * it exists, the rest does not.
 */
export interface ContainerConfig extends NetworkConfig {
  readonly id: ContainerId;
  readonly name: string;
  /** When it was created, milliseconds since the epoch. */
  readonly createdMs: number;
  /** The image as the user wrote it. */
  readonly image: string;
  /** The image's id; absent if it is a mere tar file or directory. */
  readonly imageId?: Digest;
  /** Its manifest's digest. */
  readonly imageManifest?: Digest;
  /** Its layers' directories, absolute on the host, the topmost first. */
  readonly layers: readonly string[];
  /** Program and arguments. */
  readonly args: readonly [string, ...string[]];
  /** The first of them, if they are the entrypoint of the image or the user. */
  readonly entrypoint?: readonly string[];
  /** Ports of the image, such as `80/tcp`. */
  readonly exposedPorts?: readonly string[];
  /** `NAME=value`, without what depends on the user or the terminal. */
  readonly env: readonly string[];
  /** Names the environment must not have, even if a default would set them. */
  readonly unsetEnv: readonly string[];
  readonly workdir: string;
  /** `NAME|UID[:GROUP|GID]`; empty is root. */
  readonly user: string;
  readonly hostname: string;
  readonly interactive: boolean;
  /**
   * Whether the end of the input of one who is attached is the end of the
   * container's; absent means yes. A terminal is never closed.
   */
  readonly stdinOnce?: boolean;
  readonly tty: boolean;
  readonly autoRemove: boolean;
  readonly readOnly: boolean;
  readonly init: boolean;
  readonly volumes: readonly BindVolume[];
  readonly tmpfs: readonly TmpfsVolume[];
  /** Images among its files; absent for none. */
  readonly imageMounts?: readonly ImageMount[];
  /** Below every hierarchy's root; absent: it has no cgroups of its own. */
  readonly cgroupsPath?: string;
  /**
   * As asked for: not yet reduced to what the host can limit. Rules for devices
   * and limits of single ones are apart, since they depend on the host.
   */
  readonly resources: LinuxResources;
  /** `--cpus` in billionths, which `resources.cpu` has as a quota. */
  readonly nanoCpus?: number;
  readonly throttles: readonly DeviceThrottle[];
  readonly rlimits: readonly Rlimit[];
  /** -1000 to 1000. */
  readonly oomScoreAdj?: number;
  readonly shmSizeBytes: number;
  /** Whether it has all that tsdocker has, but for what is dropped below. */
  readonly privileged: boolean;
  readonly capAdd: readonly (CapabilityName | "ALL")[];
  readonly capDrop: readonly (CapabilityName | "ALL")[];
  readonly noNewPrivileges: boolean;
  readonly seccomp: SeccompChoice;
  /** Whether what tells about the host in /proc and /sys is hidden. */
  readonly systemPaths: "masked" | "unconfined";
  /** Name of a profile; absent leaves it to the host. */
  readonly apparmor?: string;
  /** Names or numbers of further groups. */
  readonly groupAdd: readonly string[];
  /** Kernel parameters of its own namespaces, by dotted name. */
  readonly sysctl: Readonly<Record<string, string>>;
  readonly devices: readonly DeviceRequest[];
  readonly deviceCgroupRules: readonly DeviceCgroupRule[];
  readonly pid: NamespaceMode;
  readonly ipc: IpcMode;
  readonly uts: NamespaceMode;
  readonly cgroupns: NamespaceMode;
  /** The user namespace as asked for. */
  readonly userns: UserNamespaceChoice;
  /** Its ids, decided at creation; absent: it has none of its own. */
  readonly idMappings?: IdMappings;
  /**
   * How the files of its layers belong to those ids: `mapped` while they are
   * mounted, or `shifted` on disk. Decided at the first start.
   */
  readonly layerOwners?: "mapped" | "shifted";
  readonly labels: Readonly<Record<string, string>>;
  readonly restart: RestartPolicy;
  /** What `stop` sends first. */
  readonly stopSignal: number;
  /** How long `stop` waits before it kills; -1 for ever. */
  readonly stopTimeoutS: number;
  /** After how long a running container is ended; absent never. */
  readonly timeoutS?: number;
  readonly health?: HealthCheck;
  readonly log: LogConfig;
}
