/**
 * @module
 */
import assert from "node:assert/strict";
import {
  type IsolationConfig,
  parseIsolation,
} from "../../../lib/engine/isolation.ts";
import type { RequestedMode } from "../../../lib/engine/networks/network_mode.ts";
import type { RunOptions } from "../../../lib/engine/run_options.ts";
import type { SeccompProfile } from "../../../lib/engine/security_option.ts";
import { runOptions } from "../../support/run_options.ts";

const PROFILE: SeccompProfile = {
  defaultAction: "SCMP_ACT_ALLOW",
  syscalls: [],
};

function parse(
  options: Partial<RunOptions>,
  network: RequestedMode = "none",
): IsolationConfig {
  return parseIsolation(runOptions(options), network);
}

const DEFAULT: IsolationConfig = {
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
};

Deno.test("parseIsolation() shares and opens nothing unless asked to", () => {
  assert.deepEqual(parse({}), DEFAULT);
});

Deno.test("parseIsolation() opens all that confines a privileged container", () => {
  assert.deepEqual(parse({ privileged: true }), {
    ...DEFAULT,
    privileged: true,
    seccomp: "unconfined",
    systemPaths: "unconfined",
    apparmor: "unconfined",
  });
});

Deno.test("parseIsolation() keeps what a privileged container asks for by name", () => {
  const { seccomp, apparmor, capDrop, noNewPrivileges } = parse({
    privileged: true,
    capDrop: ["SYS_BOOT"],
    securityOpts: [
      "seccomp=builtin",
      "apparmor=strict",
      "no-new-privileges",
    ],
  });
  assert.deepEqual(
    { seccomp, apparmor, capDrop, noNewPrivileges },
    {
      seccomp: "default",
      apparmor: "strict",
      capDrop: ["CAP_SYS_BOOT"],
      noNewPrivileges: true,
    },
  );
});

Deno.test("parseIsolation() reads each option", () => {
  assert.deepEqual(
    parse({
      capAdd: ["net_admin"],
      capDrop: ["ALL"],
      securityOpts: ["systempaths=unconfined", "seccomp=/p.json"],
      seccompProfile: PROFILE,
      groupAdd: ["5", "logs"],
      sysctls: ["net.core.somaxconn=5"],
      devices: ["/dev/fuse:r"],
      deviceCgroupRules: ["c 1:3 r"],
      pid: "host",
      ipc: "none",
      uts: "host",
      cgroupns: "host",
    }),
    {
      ...DEFAULT,
      capAdd: ["CAP_NET_ADMIN"],
      capDrop: ["ALL"],
      systemPaths: "unconfined",
      seccomp: PROFILE,
      groupAdd: ["5", "logs"],
      sysctl: { "net.core.somaxconn": "5" },
      devices: [
        { source: "/dev/fuse", destination: "/dev/fuse", access: "r" },
      ],
      deviceCgroupRules: [
        { allow: true, type: "c", major: 1, minor: 3, access: "r" },
      ],
      pid: "host",
      ipc: "none",
      uts: "host",
      cgroupns: "host",
    },
  );
});

Deno.test("parseIsolation() ignores a profile that a later option replaces", () => {
  const { seccomp } = parse({
    securityOpts: ["seccomp=/p.json", "seccomp=unconfined"],
    seccompProfile: PROFILE,
  });
  assert.equal(seccomp, "unconfined");
});

Deno.test("parseIsolation() does not take a file that was not read for none", () => {
  assert.throws(() => parse({ securityOpts: ["seccomp=/p.json"] }), TypeError);
});

Deno.test("parseIsolation() decides ids only where they were given", () => {
  const ids = [{ containerID: 0, hostID: 1000, size: 10 }];
  assert.deepEqual(parse({ uidmaps: ["0:1000:10"] }), {
    ...DEFAULT,
    userns: { kind: "mapped", uid: ids, gid: ids },
    idMappings: { uid: ids, gid: ids },
  });
  assert.deepEqual(parse({ userns: "auto" }), {
    ...DEFAULT,
    userns: { kind: "auto" },
  });
});

Deno.test("parseIsolation() refuses the host's processes in a user namespace", () => {
  const wrong: Partial<RunOptions>[] = [
    { userns: "auto" },
    { userns: "keep-id" },
    { gidmaps: ["0:0:1"] },
  ];
  for (const options of wrong) {
    assert.throws(() => parse({ ...options, pid: "host" }), {
      name: "UsageError",
      message:
        "cannot share the host PID namespace when user namespaces are enabled",
    });
    assert.ok(parse({ ...options, privileged: true, ipc: "host" }, "host"));
  }
});

Deno.test("parseIsolation() refuses others' networks in a user namespace", () => {
  for (const network of ["container:web", "ns:/run/netns/a"] as const) {
    assert.throws(() => parse({ userns: "auto" }, network), {
      name: "UsageError",
      message:
        `cannot join another network namespace (--network ${network}) when user namespaces are enabled`,
    });
    assert.ok(parse({ userns: "host" }, network));
  }
  assert.ok(parse({ userns: "auto" }, "connected"));
});

Deno.test("parseIsolation() refuses parameters of namespaces it shares", () => {
  assert.throws(() => parse({ sysctls: ["net.a=1"] }, "host"), {
    message: 'sysctl "net.a" not allowed in host network namespace',
  });
  assert.throws(() => parse({ sysctls: ["net.a=1"] }, "container:web"), {
    message:
      'sysctl "net.a" not allowed in the network namespace of another container',
  });
  assert.ok(parse({ sysctls: ["net.a=1"] }, "connected"));
  assert.throws(() => parse({ sysctls: ["kernel.sem=1"], ipc: "host" }), {
    message: 'sysctl "kernel.sem" is not allowed in the hosts ipc namespace',
  });
});

Deno.test("parseIsolation() makes plain data, as a record holds it", () => {
  const config = parse({ privileged: true, uidmaps: ["0:1:1"] });
  assert.deepEqual(JSON.parse(JSON.stringify(config)), config);
});
