/**
 * What `run` was asked to do: the command line, understood but not judged.
 * The cli makes it, the engine turns it into a container. Types only.
 *
 * @module
 */
import type { ImageSettings } from "../oci/image_spec.ts";
import type { SeccompProfile } from "./security_option.ts";

/** When to look for a newer image before starting. */
export const PULL_POLICIES = ["missing", "always", "never", "newer"] as const;

/** One of {@linkcode PULL_POLICIES}. */
export type PullPolicy = typeof PULL_POLICIES[number];

/** How a trace is written. */
export const TRACE_FORMATS = ["text", "json"] as const;

/** One of {@linkcode TRACE_FORMATS}. */
export type TraceFormat = typeof TRACE_FORMATS[number];

/** Whether to show the plan: `undefined` runs it silently. */
export type TraceMode = undefined | {
  /** `explain` runs the plan and reports each step, `dry-run` only prints it. */
  readonly mode: "explain" | "dry-run";
  /** Text for people, or one JSON document for programs. */
  readonly format: TraceFormat;
};

/** One environment variable asked for, after `-e KEY` was looked up. */
export interface EnvEntry {
  /** Its name, never empty, without `=`. */
  readonly name: string;
  /** Its value; absent means: unset it, even if the image sets it. */
  readonly value?: string;
}

/** Whether a container has cgroups of its own. */
export const CGROUP_CHOICES = ["enabled", "disabled"] as const;

/** One of {@linkcode CGROUP_CHOICES}. */
export type CgroupChoice = typeof CGROUP_CHOICES[number];

/** What the container may use up. Absent fields limit nothing of their own. */
export interface LimitOptions {
  /** Size with an optional unit; 0 is unlimited. */
  readonly memory?: string;
  /** Size with an optional unit: the soft limit. */
  readonly memoryReservation?: string;
  /** Memory **plus** swap: a size, or `-1` for unlimited. */
  readonly memorySwap?: string;
  /** 0 to 100; -1 keeps the kernel's. */
  readonly memorySwappiness?: number;
  /** -1000 to 1000. */
  readonly oomScoreAdj?: number;
  /** Whether a process that needs more memory waits instead of being killed. */
  readonly oomKillDisable: boolean;
  /** Number of CPUs as a decimal, such as `1.5`. */
  readonly cpus?: string;
  /** Relative weight; 1024 is ordinary, 0 keeps the kernel's. */
  readonly cpuShares?: number;
  /** Microseconds. */
  readonly cpuPeriod?: number;
  /** Microseconds of CPU time in a period. */
  readonly cpuQuota?: number;
  /** Such as `0-2,7`. */
  readonly cpusetCpus?: string;
  /** Memory nodes, such as `0`. */
  readonly cpusetMems?: string;
  /** Tasks; 0 and -1 are unlimited, absent means 2048. */
  readonly pidsLimit?: number;
  /** 10 to 1000; 0 keeps the kernel's. */
  readonly blkioWeight?: number;
  /** `PATH:RATE` texts as written, so are the next three. */
  readonly deviceReadBps: readonly string[];
  readonly deviceWriteBps: readonly string[];
  readonly deviceReadIops: readonly string[];
  readonly deviceWriteIops: readonly string[];
  /** Cgroup that the container's own is made in. */
  readonly cgroupParent?: string;
  /** Whether it has cgroups, and so limits, at all. */
  readonly cgroups: CgroupChoice;
  /** `NAME=SOFT[:HARD]` texts as written. */
  readonly ulimits: readonly string[];
  /** Size of /dev/shm with an optional unit; absent means 64m. */
  readonly shmSize?: string;
}

/** What the container may do, and what it shares with the host. */
export interface IsolationOptions {
  /** Capabilities as written, or `ALL`. */
  readonly capAdd: readonly string[];
  /** Capabilities as written, or `ALL`. */
  readonly capDrop: readonly string[];
  /** Whether it gets all capabilities and devices. */
  readonly privileged: boolean;
  /** `--security-opt` texts as written. */
  readonly securityOpts: readonly string[];
  /** What was read of the file that `seccomp=FILE` among them names. */
  readonly seccompProfile?: SeccompProfile;
  /** Names or numbers, resolved inside the image. */
  readonly groupAdd: readonly string[];
  /** `host`, `auto[:size=N]` or `keep-id`; absent means host. */
  readonly userns?: string;
  /** `CONTAINER:HOST:SIZE` texts as written. */
  readonly uidmaps: readonly string[];
  /** `CONTAINER:HOST:SIZE` texts as written. */
  readonly gidmaps: readonly string[];
  /** `HOST[:CONTAINER[:rwm]]` texts as written. */
  readonly devices: readonly string[];
  /** Such as `c 1:3 rwm`. */
  readonly deviceCgroupRules: readonly string[];
  /** `NAME=VALUE` texts as written. */
  readonly sysctls: readonly string[];
  /** `private` or `host`, not yet checked; so are the next three. */
  readonly pid?: string;
  readonly ipc?: string;
  readonly uts?: string;
  readonly cgroupns?: string;
}

/** How the container lives once it is started. */
export interface LifecycleOptions {
  /** `no`, `on-failure[:N]`, `always` or `unless-stopped`, not yet checked. */
  readonly restart?: string;
  /** By name or number, not yet checked; absent means SIGTERM. */
  readonly stopSignal?: string;
  /** Seconds; absent means 10. */
  readonly stopTimeout?: number;
  /** Seconds a container may run; absent or 0 means for ever. */
  readonly timeout?: number;
  /** `KEY[=VALUE]`, those of files first. */
  readonly labels: readonly string[];
  /** A command line for the container's shell; `none` is as `noHealthcheck`. */
  readonly healthCmd?: string;
  /** Durations as written, such as `1m30s`. */
  readonly healthInterval?: string;
  readonly healthTimeout?: string;
  readonly healthStartPeriod?: string;
  readonly healthStartInterval?: string;
  readonly healthRetries?: number;
  readonly noHealthcheck: boolean;
  readonly logDriver?: string;
  /** `NAME=VALUE` texts as written. */
  readonly logOpts: readonly string[];
  /** Containers whose volumes it gets as well, `NAME[:ro|rw]`. */
  readonly volumesFrom: readonly string[];
}

/** How the container is reached, and what it reaches. */
export interface NetworkingOptions {
  /** `--network` texts as written; empty means the default network. */
  readonly networks: readonly string[];
  /** Addresses in the first of them, not yet checked. */
  readonly ip?: string;
  readonly ip6?: string;
  /** Such as `02:42:ac:11:00:02`, not yet checked. */
  readonly macAddress?: string;
  /** Further names it has in the first of them. */
  readonly networkAliases: readonly string[];
  /** Addresses of name servers, not yet checked; empty: as on the host. */
  readonly dns: readonly string[];
  readonly dnsSearch: readonly string[];
  readonly dnsOptions: readonly string[];
  /** `NAME:ADDRESS` texts as written. */
  readonly addHosts: readonly string[];
  /** `[[ADDRESS:][HOST]:]CONTAINER[/PROTOCOL]` texts as written. */
  readonly publish: readonly string[];
  /** Whether all that is exposed is published, at ports of the host's choice. */
  readonly publishAll: boolean;
  /** `PORT[-LAST][/PROTOCOL]` texts as written. */
  readonly expose: readonly string[];
}

/** The options of `tsdocker run` and `create`. Absent fields leave the image's own value. */
export interface RunOptions
  extends LimitOptions, IsolationOptions, LifecycleOptions, NetworkingOptions {
  /** A path to a tar file or directory, or a name, as the user wrote it. */
  readonly image: string;
  /** Words after the image; empty runs the image's own command. */
  readonly command: readonly string[];
  /** Whether the caller's stdin reaches the program. */
  readonly interactive: boolean;
  /** Whether the program gets a terminal of its own. */
  readonly tty: boolean;
  /** Whether the container is removed when it ends. */
  readonly autoRemove: boolean;
  /** The container's name; absent means: make one up. */
  readonly name?: string;
  /** In order, later entries win: `--env-file` first, then `-e`. */
  readonly env: readonly EnvEntry[];
  /** Working directory inside the container. */
  readonly workdir?: string;
  /** `NAME|UID[:GROUP|GID]`, resolved inside the image. */
  readonly user?: string;
  /** Host name; absent means: the short id. */
  readonly hostname?: string;
  /** Replaces the image's entrypoint; an empty string drops it. */
  readonly entrypoint?: string | readonly string[];
  /** What the image says of how to run it, once it is known. */
  readonly imageSettings?: ImageSettings;
  /** `-v` texts as written: `[SRC:]DST[:OPTIONS]`. */
  readonly volumes: readonly string[];
  /** `--mount` texts as written: `KEY=VALUE,…`. */
  readonly mounts: readonly string[];
  /** `--tmpfs` texts as written: `DST[:OPTIONS]`. */
  readonly tmpfs: readonly string[];
  /** Whether the root file system is mounted read-only. */
  readonly readOnly: boolean;
  /** Whether a small init is pid 1 and the program its child. */
  readonly init: boolean;
  /** Host file to create with the container's id in it. */
  readonly cidfile?: string;
  /** Host file to write the pid of the program to, on the host. */
  readonly pidfile?: string;
  /** Whether a container that has the name is removed first. */
  readonly replace: boolean;
  /** Whether the container runs on its own, kept by a monitor. */
  readonly detach: boolean;
  /** When to look for a newer image. */
  readonly pull: PullPolicy;
  /** Whether to say nothing of a pull's progress. */
  readonly quiet: boolean;
  /** The platform whose image to use, as the user wrote it. */
  readonly platform?: string;
  /** Whether to show the plan, and how. */
  readonly trace: TraceMode;
}
