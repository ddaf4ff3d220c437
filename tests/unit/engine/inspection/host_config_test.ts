/**
 * `HostConfig` of inspected containers.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ContainerId } from "../../../../lib/base/identifiers.ts";
import type { ContainerConfig } from "../../../../lib/engine/container_config.ts";
import { inspectHostConfig } from "../../../../lib/engine/inspection/host_config.ts";
import { containerConfig } from "../../../support/run_options.ts";

/** As JSON has it: what `undefined` and `NIL_LIST` are there. */
function json(
  changes: Partial<ContainerConfig> = {},
): Record<string, unknown> {
  return JSON.parse(JSON.stringify(
    inspectHostConfig(containerConfig(changes)),
    (_, value) => value instanceof Map ? Object.fromEntries(value) : value,
  ));
}

Deno.test("inspectHostConfig() has null where docker has", () => {
  const config = json();
  for (const name of ["Binds", "CapAdd", "CapDrop", "ExtraHosts", "Ulimits"]) {
    assert.equal(config[name], null, name);
  }
  for (const name of ["Devices", "Dns", "BlkioDeviceReadBps"]) {
    assert.deepEqual(config[name], [], name);
  }
  assert.ok(!("Tmpfs" in config) && !("Sysctls" in config));
});

const CASES: readonly (readonly [
  changes: Partial<ContainerConfig>,
  part: Readonly<Record<string, unknown>>,
])[] = [
  [
    {
      volumes: [
        { source: "/a", destination: "/b", access: "ro", create: "never" },
        { source: "/c", destination: "/d", access: "rw", create: "never" },
        ...["named", "nameless"].map((name) => ({
          source: `/store/${name}/_data`,
          destination: `/${name}`,
          access: "ro" as const,
          create: "never" as const,
          volume: {
            name,
            isAnonymous: name === "nameless",
            copyUp: "if-empty" as const,
          },
        })),
      ],
    },
    { Binds: ["/a:/b:ro", "/c:/d", "named:/named:ro"] },
  ],
  [
    { log: { driver: "json-file", maxSizeBytes: 10 * 1024 ** 2, maxFiles: 3 } },
    {
      LogConfig: {
        Type: "json-file",
        Config: { "max-file": "3", "max-size": "10m" },
      },
    },
  ],
  [
    { log: { driver: "json-file", maxSizeBytes: 5 * 1024, maxFiles: 1 } },
    {
      LogConfig: {
        Type: "json-file",
        Config: { "max-file": "1", "max-size": "5k" },
      },
    },
  ],
  [
    { log: { driver: "json-file", maxSizeBytes: -1, maxFiles: 1 } },
    {
      LogConfig: {
        Type: "json-file",
        Config: { "max-file": "1", "max-size": "-1" },
      },
    },
  ],
  [
    { log: { driver: "none", maxSizeBytes: 1, maxFiles: 1 } },
    { LogConfig: { Type: "none", Config: {} } },
  ],
  [
    { restart: { name: "on-failure", maximumRetryCount: 2 } },
    { RestartPolicy: { Name: "on-failure", MaximumRetryCount: 2 } },
  ],
  [
    { capAdd: ["CAP_NET_ADMIN"], capDrop: ["ALL"], privileged: true },
    { CapAdd: ["CAP_NET_ADMIN"], CapDrop: ["ALL"], Privileged: true },
  ],
  [
    {
      noNewPrivileges: true,
      seccomp: "unconfined",
      apparmor: "mine",
      systemPaths: "unconfined",
    },
    {
      SecurityOpt: [
        "no-new-privileges",
        "seccomp=unconfined",
        "apparmor=mine",
        "systempaths=unconfined",
      ],
    },
  ],
  [
    { seccomp: { defaultAction: "SCMP_ACT_ALLOW", syscalls: [] } },
    {
      SecurityOpt: [
        'seccomp={"defaultAction":"SCMP_ACT_ALLOW","syscalls":[]}',
      ],
    },
  ],
  [
    { tmpfs: [{ destination: "/t", options: ["size=1m", "mode=700"] }] },
    { Tmpfs: { "/t": "size=1m,mode=700" } },
  ],
  [
    { pid: "host", uts: "host", ipc: "none", cgroupns: "host" },
    {
      PidMode: "host",
      UTSMode: "host",
      IpcMode: "none",
      CgroupnsMode: "host",
    },
  ],
  [{ userns: { kind: "auto" } }, { UsernsMode: "auto" }],
  [
    { sysctl: { "net.ipv4.ip_forward": "1" } },
    { Sysctls: { "net.ipv4.ip_forward": "1" } },
  ],
  [
    { devices: [{ source: "/dev/a", destination: "/dev/b", access: "rw" }] },
    {
      Devices: [{
        PathOnHost: "/dev/a",
        PathInContainer: "/dev/b",
        CgroupPermissions: "rw",
      }],
    },
  ],
  [
    {
      deviceCgroupRules: [
        { allow: true, type: "c", major: 1, minor: 3, access: "r" },
        { allow: true, type: "b", access: "rwm" },
      ],
    },
    { DeviceCgroupRules: ["c 1:3 r", "b *:* rwm"] },
  ],
  [
    {
      network: "connected",
      networks: [
        { network: "0b", networkName: "blue", aliases: [] },
        { network: "b1", networkName: "bridge", aliases: [] },
      ],
    },
    { NetworkMode: "blue", PortBindings: {}, PublishAllPorts: false },
  ],
  [{ network: "connected", networks: [] }, { NetworkMode: "bridge" }],
  [{ network: "none" }, { NetworkMode: "none" }],
  [{ network: "ns:/run/netns/a" }, { NetworkMode: "ns:/run/netns/a" }],
  [
    { network: `container:${"ab".repeat(32) as ContainerId}` },
    { NetworkMode: `container:${"ab".repeat(32)}` },
  ],
  [
    {
      publish: ["127.0.0.1:8080:80/tcp", ":53/udp"],
      publishAll: true,
      exposedPorts: ["53/udp"],
    },
    {
      PublishAllPorts: true,
      PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }] },
    },
  ],
  [
    {
      dns: { servers: ["9.9.9.9"], search: ["."], options: ["ndots:2"] },
      extraHosts: ["db:10.0.0.1"],
    },
    {
      Dns: ["9.9.9.9"],
      DnsSearch: ["."],
      DnsOptions: ["ndots:2"],
      ExtraHosts: ["db:10.0.0.1"],
    },
  ],
  [
    { rlimits: [{ type: "RLIMIT_NOFILE", soft: 10, hard: 20 }] },
    { Ulimits: [{ Name: "nofile", Hard: 20, Soft: 10 }] },
  ],
  [
    { init: true, autoRemove: true, readOnly: true, oomScoreAdj: 7 },
    { Init: true, AutoRemove: true, ReadonlyRootfs: true, OomScoreAdj: 7 },
  ],
];

for (const [changes, part] of CASES) {
  const names = Object.keys(part);
  Deno.test(`inspectHostConfig() tells ${names} of ${Object.keys(changes)}`, () => {
    const config = json(changes);
    const found = names.map((name) => [name, config[name]]);
    assert.deepEqual(Object.fromEntries(found), part);
  });
}
