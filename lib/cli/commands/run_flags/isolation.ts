/**
 * The flags of `run` that say what a container may do, and what it shares with
 * the host.
 *
 * @module
 */
import type { FlagTable } from "../../flag.ts";

const ISOLATION = "Privileges and isolation";

/** By the names that `IsolationOptions` gives them. */
export const ISOLATION_FLAGS = {
  capAdd: {
    type: "list",
    long: "cap-add",
    section: ISOLATION,
    description: "Add a capability, such as NET_ADMIN, or ALL",
  },
  capDrop: {
    type: "list",
    long: "cap-drop",
    section: ISOLATION,
    description: "Drop a capability, or ALL",
  },
  privileged: {
    type: "boolean",
    long: "privileged",
    section: ISOLATION,
    description:
      "Give it all capabilities and devices; it can take over the host",
  },
  securityOpts: {
    type: "list",
    long: "security-opt",
    section: ISOLATION,
    description:
      "Confine or free it: no-new-privileges, seccomp=FILE|unconfined, systempaths=unconfined, apparmor=NAME|unconfined",
  },
  groupAdd: {
    type: "list",
    long: "group-add",
    section: ISOLATION,
    description: "Add a group, by name or number",
  },
  userns: {
    type: "string",
    long: "userns",
    placeholder: "mode",
    section: ISOLATION,
    description: "User namespace: host (default), auto, auto:size=N or keep-id",
  },
  uidmaps: {
    type: "list",
    long: "uidmap",
    section: ISOLATION,
    description: "Map user ids: CONTAINER:HOST:SIZE",
  },
  gidmaps: {
    type: "list",
    long: "gidmap",
    section: ISOLATION,
    description: "Map group ids: CONTAINER:HOST:SIZE",
  },
  devices: {
    type: "list",
    long: "device",
    section: ISOLATION,
    description: "Give it a host device: HOST[:CONTAINER[:rwm]]",
  },
  deviceCgroupRules: {
    type: "list",
    long: "device-cgroup-rule",
    section: ISOLATION,
    description: "Let it use device nodes it makes: 'c 1:3 rwm'",
  },
  sysctls: {
    type: "list",
    long: "sysctl",
    section: ISOLATION,
    description: "Set a kernel parameter of its own: NAME=VALUE",
  },
  pid: {
    type: "string",
    long: "pid",
    placeholder: "mode",
    section: ISOLATION,
    description: "Processes it sees: private (default) or host",
  },
  ipc: {
    type: "string",
    long: "ipc",
    placeholder: "mode",
    section: ISOLATION,
    description: "Shared memory: private (default), none or host",
  },
  uts: {
    type: "string",
    long: "uts",
    placeholder: "mode",
    section: ISOLATION,
    description: "Host name: private (default) or host",
  },
  cgroupns: {
    type: "string",
    long: "cgroupns",
    placeholder: "mode",
    section: ISOLATION,
    description: "Cgroups it sees: private (default) or host",
  },
} as const satisfies FlagTable;
