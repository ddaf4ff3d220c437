/**
 * Options of `run` and configurations of containers that ask for nothing
 * special, for tests to change what they are about.
 *
 * @module
 */
import type { ContainerId } from "../../lib/base/identifiers.ts";
import { allCapabilities } from "../../lib/engine/capabilities.ts";
import type { ContainerConfig } from "../../lib/engine/container_config.ts";
import type { HostFacts } from "../../lib/engine/host_facts.ts";
import type { HostInput, SpecInput } from "../../lib/engine/spec_builder.ts";
import type { RunOptions } from "../../lib/engine/run_options.ts";

/** `run test true`, with changes. */
export function runOptions(changes: Partial<RunOptions> = {}): RunOptions {
  return {
    image: "test",
    command: ["true"],
    interactive: false,
    tty: false,
    autoRemove: false,
    env: [],
    volumes: [],
    mounts: [],
    tmpfs: [],
    readOnly: false,
    init: false,
    networks: [],
    networkAliases: [],
    dns: [],
    dnsSearch: [],
    dnsOptions: [],
    addHosts: [],
    publish: [],
    publishAll: false,
    expose: [],
    pull: "missing",
    quiet: false,
    trace: undefined,
    oomKillDisable: false,
    deviceReadBps: [],
    deviceWriteBps: [],
    deviceReadIops: [],
    deviceWriteIops: [],
    cgroups: "enabled",
    ulimits: [],
    capAdd: [],
    capDrop: [],
    privileged: false,
    securityOpts: [],
    groupAdd: [],
    uidmaps: [],
    gidmaps: [],
    devices: [],
    deviceCgroupRules: [],
    sysctls: [],
    detach: false,
    replace: false,
    labels: [],
    logOpts: [],
    volumesFrom: [],
    noHealthcheck: false,
    ...changes,
  };
}

/** What `run test true` becomes, with changes. */
export function containerConfig(
  changes: Partial<ContainerConfig> = {},
): ContainerConfig {
  const id = changes.id ?? "ab".repeat(32) as ContainerId;
  return {
    id,
    name: "test",
    createdMs: 1000,
    image: "test",
    layers: ["/layers/1"],
    args: ["true"],
    entrypoint: [],
    exposedPorts: [],
    env: [],
    unsetEnv: [],
    workdir: "/",
    user: "",
    hostname: id.slice(0, 12),
    interactive: false,
    tty: false,
    autoRemove: false,
    readOnly: false,
    init: false,
    network: "none",
    volumes: [],
    tmpfs: [],
    cgroupsPath: `/tsdocker/${id}`,
    resources: { pids: { limit: 2048 } },
    throttles: [],
    rlimits: [],
    shmSizeBytes: 64 * 1024 ** 2,
    privileged: false,
    capAdd: [],
    capDrop: [],
    noNewPrivileges: false,
    seccomp: "default",
    systemPaths: "masked",
    groupAdd: [],
    sysctl: {},
    devices: [],
    deviceCgroupRules: [],
    pid: "private",
    ipc: "private",
    uts: "private",
    cgroupns: "private",
    userns: { kind: "host" },
    labels: {},
    restart: { name: "no", maximumRetryCount: 0 },
    stopSignal: 15,
    stopTimeoutS: 10,
    log: { driver: "json-file", maxSizeBytes: 10 * 1024 ** 2, maxFiles: 3 },
    ...changes,
  };
}

/** A host with two CPUs. */
export const HOST_FACTS: HostFacts = {
  onlineCpus: "0-1",
  onlineMems: "0",
  hostname: "host",
};

/** A host that lets its root do everything, and has no devices. */
export const HOST_INPUT: HostInput = {
  heldCapabilities: allCapabilities(),
  rlimits: [],
  throttles: {},
  devices: [],
  hostDevices: [],
  apparmor: "disabled",
};

/** What a specification takes besides the configuration, for root there. */
export const SPEC_INPUT: SpecInput = {
  rootPath: "/containers/1/merged",
  filesPath: "/containers/1/files",
  user: { user: { uid: 0, gid: 0, additionalGids: [10] }, home: "/root" },
  namespaces: new Set([
    "mount",
    "pid",
    "uts",
    "ipc",
    "cgroup",
    "network",
    "user",
  ]),
  ...HOST_INPUT,
};
