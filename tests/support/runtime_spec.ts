/**
 * A runtime specification such as the engine builds, spelled out here so that
 * the plans of the runtime layer are tested without the engine.
 *
 * @module
 */
import type { CapabilityName } from "../../ffi/constants/capability.ts";
import type {
  Linux,
  Mount,
  Process,
  RuntimeSpec,
} from "../../lib/oci/runtime_spec.ts";

/** The 14 capabilities a container has by default. */
export const CAPABILITIES: readonly CapabilityName[] = [
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

/** The file systems every container has. */
export const DEFAULT_MOUNTS: readonly Mount[] = [
  fileSystem("/proc", "proc", "nosuid,noexec,nodev"),
  fileSystem("/dev", "tmpfs", "nosuid,strictatime,mode=755,size=65536k"),
  fileSystem("/dev/pts", "devpts", "nosuid,noexec,newinstance,gid=5"),
  fileSystem("/sys", "sysfs", "nosuid,noexec,nodev,ro"),
  fileSystem("/dev/mqueue", "mqueue", "nosuid,noexec,nodev"),
  fileSystem("/dev/shm", "tmpfs", "nosuid,noexec,nodev,mode=1777"),
];

/** The root of a container as an overlay. */
export const OVERLAY: Mount = {
  destination: "/",
  type: "overlay",
  source: "overlay",
  options: ["lowerdir=/layers/a", "upperdir=/c/upper", "workdir=/c/work"],
};

/** What of the default container is to be different. */
export interface SpecChanges {
  readonly process?: Partial<Process>;
  readonly linux?: Partial<Linux>;
  readonly mounts?: readonly Mount[];
  readonly rootReadonly?: true;
}

/** The default container: root runs `/bin/sh -c id`, no network, no terminal. */
export function runtimeSpec(changes: SpecChanges = {}): RuntimeSpec {
  return {
    ociVersion: "1.2.0",
    process: {
      terminal: false,
      user: { uid: 0, gid: 0, additionalGids: [0, 10] },
      args: ["/bin/sh", "-c", "id"],
      env: ["PATH=/usr/bin:/bin", "HOME=/root"],
      cwd: "/",
      capabilities: {
        bounding: CAPABILITIES,
        effective: CAPABILITIES,
        permitted: CAPABILITIES,
        inheritable: [],
        ambient: [],
      },
      ...changes.process,
    },
    root: { path: "/c/root", readonly: changes.rootReadonly === true },
    hostname: "box",
    mounts: changes.mounts ?? DEFAULT_MOUNTS,
    linux: {
      namespaces: [
        { type: "mount" },
        { type: "pid" },
        { type: "uts" },
        { type: "ipc" },
        { type: "cgroup" },
        { type: "network" },
      ],
      devices: [],
      maskedPaths: ["/proc/kcore"],
      readonlyPaths: ["/proc/sys"],
      ...changes.linux,
    },
  };
}

/** A mount of a file system of its own; options separated by commas. */
export function fileSystem(
  destination: string,
  type: string,
  options: string,
): Mount {
  return { destination, type, source: type, options: options.split(",") };
}

/** A bind mount; options separated by commas. */
export function bind(
  source: string,
  destination: string,
  options = "rbind,rprivate",
): Mount {
  return { destination, type: "bind", source, options: options.split(",") };
}
