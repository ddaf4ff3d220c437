/**
 * The part of an OCI runtime specification that tsdocker carries out, under
 * the specification's own names. Types only.
 *
 * @module
 * @see runtime-spec 1.2, config.md and config-linux.md
 */
import type { CapabilityName } from "../../ffi/constants/capability.ts";

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
}

/** What only Linux has. */
export interface Linux {
  readonly namespaces: readonly Namespace[];
  readonly devices: readonly Device[];
  /** Paths that read as empty. */
  readonly maskedPaths: readonly string[];
  /** Paths that cannot be written. */
  readonly readonlyPaths: readonly string[];
}
