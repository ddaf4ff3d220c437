/**
 * The part of an OCI runtime specification that tsdocker carries out, under
 * the specification's own names. Types only.
 *
 * @module
 * @see runtime-spec 1.2, config.md and config-linux.md
 */
import type { CapabilityName } from "../../ffi/constants/capability.ts";
import type { RlimitName } from "../../ffi/constants/resource.ts";
import type { LinuxResources } from "./linux_resources.ts";
import type { LinuxSeccomp } from "./linux_seccomp.ts";

/** A container, as `config.json` of a bundle describes it. */
export interface RuntimeSpec {
  readonly ociVersion: string;
  readonly process: Process;
  readonly root: Root;
  readonly hostname?: string;
  readonly domainname?: string;
  readonly mounts: readonly Mount[];
  readonly linux: Linux;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The program to run. @see config.md, "Process" */
export interface Process {
  /** Whether its standard streams are a terminal of the container's own. */
  readonly terminal: boolean;
  /** Size of that terminal in characters. */
  readonly consoleSize?: { readonly height: number; readonly width: number };
  readonly user: User;
  /** Program and arguments; the first is looked up in `PATH` of `env`. */
  readonly args: readonly [string, ...string[]];
  /** `NAME=value`, in order. */
  readonly env: readonly string[];
  /** Absolute path inside the container. */
  readonly cwd: string;
  readonly capabilities: Capabilities;
  readonly noNewPrivileges?: boolean;
  /** An absent limit is the caller's. */
  readonly rlimits?: readonly Rlimit[];
  /** Name of a profile the kernel has loaded. */
  readonly apparmorProfile?: string;
  /** -1000 to 1000: how early the kernel ends it when memory runs out. */
  readonly oomScoreAdj?: number;
}

/** A resource limit. @see config.md, "POSIX process" */
export interface Rlimit {
  /** Such as `RLIMIT_NOFILE`. */
  readonly type: RlimitName;
  /** `-1` is unlimited. */
  readonly soft: number;
  /** `-1` is unlimited. */
  readonly hard: number;
}

/** Numeric ids inside the container. */
export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly umask?: number;
  readonly additionalGids: readonly number[];
}

/** Capability sets. @see capabilities(7) */
export interface Capabilities {
  readonly bounding: readonly CapabilityName[];
  readonly effective: readonly CapabilityName[];
  readonly permitted: readonly CapabilityName[];
  readonly inheritable: readonly CapabilityName[];
  readonly ambient: readonly CapabilityName[];
}

/** The root file system. */
export interface Root {
  /** Absolute path on the host. */
  readonly path: string;
  readonly readonly: boolean;
}

/** A mount. @see config.md, "Mounts" */
export interface Mount {
  /** Absolute path inside the container. */
  readonly destination: string;
  /** File system type; a bind mount is told by its options. */
  readonly type: string;
  /** Absolute path on the host for a bind mount, else what the type expects. */
  readonly source: string;
  /** As mount(8) spells them; what is no flag goes to the file system. */
  readonly options: readonly string[];
}

/** Kinds of namespaces. */
export type NamespaceType =
  | "pid"
  | "network"
  | "mount"
  | "ipc"
  | "uts"
  | "user"
  | "cgroup"
  | "time";

/** A namespace to create, or to join if it has a path. */
export interface Namespace {
  readonly type: NamespaceType;
  /** Absolute path on the host of a namespace to join. */
  readonly path?: string;
}

/** A device node. @see config-linux.md, "Devices" */
export interface Device {
  readonly type: "c" | "b" | "u" | "p";
  /** Absolute path inside the container. */
  readonly path: string;
  readonly major: number;
  readonly minor: number;
  /** Permission bits. */
  readonly fileMode: number;
  /** Owner inside the container; absent is 0. */
  readonly uid?: number;
  /** Group inside the container; absent is 0. */
  readonly gid?: number;
}

/** Consecutive ids of a user namespace. @see config-linux.md, "User namespace mappings" */
export interface IdMapping {
  /** First id inside. */
  readonly containerID: number;
  /** First id on the host. */
  readonly hostID: number;
  /** How many. */
  readonly size: number;
}

/** What only Linux has. */
export interface Linux {
  readonly namespaces: readonly Namespace[];
  /** User ids of a new user namespace; required with one. */
  readonly uidMappings?: readonly IdMapping[];
  /** Group ids of a new user namespace; required with one. */
  readonly gidMappings?: readonly IdMapping[];
  readonly devices: readonly Device[];
  /** Path of the cgroup below every hierarchy's root, starting with a slash. */
  readonly cgroupsPath?: string;
  readonly resources?: LinuxResources;
  /** Kernel parameters of the container's own namespaces, by dotted name. */
  readonly sysctl?: Readonly<Record<string, string>>;
  readonly seccomp?: LinuxSeccomp;
  /** Paths that read as empty. */
  readonly maskedPaths: readonly string[];
  /** Paths that cannot be written. */
  readonly readonlyPaths: readonly string[];
}
