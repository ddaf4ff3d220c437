/**
 * @module
 */
import assert from "node:assert/strict";
import {
  allCapabilities,
  DEFAULT_CAPABILITIES,
} from "../../../lib/engine/capabilities.ts";
import type { ContainerConfig } from "../../../lib/engine/container_config.ts";
import { buildSpec, type SpecInput } from "../../../lib/engine/spec_builder.ts";
import type { RuntimeSpec } from "../../../lib/oci/runtime_spec.ts";
import { DEFAULT_DEVICE_RULES } from "../../../lib/runtime/cgroups/default_device_rules.ts";
import { assertGolden } from "../../support/golden.ts";
import { containerConfig, SPEC_INPUT } from "../../support/run_options.ts";

const CONFIG = containerConfig({ name: "golden", args: ["echo", "hello"] });

function build(
  config: Partial<ContainerConfig> = {},
  input: Partial<SpecInput> = {},
): RuntimeSpec {
  return buildSpec({ ...CONFIG, ...config }, { ...SPEC_INPUT, ...input });
}

/** A user namespace that has been decided on. */
const MAPPED: Partial<ContainerConfig> = {
  userns: { kind: "auto" },
  idMappings: {
    uid: [{ containerID: 0, hostID: 100_000, size: 65536 }],
    gid: [{ containerID: 0, hostID: 200_000, size: 65536 }],
  },
};

Deno.test("buildSpec() makes the recorded specification of a default container", () => {
  assertGolden(
    `${JSON.stringify(build(), null, 2)}\n`,
    "engine/default_spec.json",
  );
});

Deno.test("buildSpec() begins the environment with the defaults", () => {
  const [path, ...rest] = build({ env: ["A=1", "B="] }).process.env;
  assert.match(path ?? "", /^PATH=\/usr\/local\/sbin:/);
  assert.deepEqual(rest, ["HOSTNAME=abababababab", "HOME=/root", "A=1", "B="]);
});

Deno.test("buildSpec() sets TERM for a terminal only", () => {
  const terms = (config: Partial<ContainerConfig>): string[] =>
    build(config).process.env.filter((entry) => entry.startsWith("TERM="));
  assert.deepEqual(terms({}), []);
  assert.deepEqual(terms({ tty: true }), ["TERM=xterm"]);
  assert.deepEqual(terms({ tty: true, env: ["TERM=vt100"] }), ["TERM=vt100"]);
  assert.deepEqual(terms({ tty: true, unsetEnv: ["TERM"] }), []);
});

Deno.test("buildSpec() lets the user replace each default variable", () => {
  const env = ["HOME=/h", "PATH=", "HOSTNAME=a=b"];
  assert.deepEqual(build({ env }).process.env, env);
});

Deno.test("buildSpec() leaves out what the user unsets", () => {
  const unsetEnv = ["PATH", "HOSTNAME", "HOME", "TERM", "NEVER_SET"];
  const { env } = build({ tty: true, env: ["A=1"], unsetEnv }).process;
  assert.deepEqual(env, ["A=1"]);
});

Deno.test("buildSpec() compares whole names of variables", () => {
  const { env } = build({ env: ["HOM=1", "HOMES=2", "home=3"] }).process;
  assert.ok(env.includes("HOME=/root"));
});

Deno.test("buildSpec() takes HOME from the user", () => {
  const user = { uid: 5, gid: 5, additionalGids: [] };
  const { env } = build({}, { user: { user, home: "/srv" } }).process;
  assert.ok(env.includes("HOME=/srv"));
});

Deno.test("buildSpec() gives root docker's 14 capabilities", () => {
  assert.deepEqual(build().process.capabilities, {
    bounding: DEFAULT_CAPABILITIES,
    effective: DEFAULT_CAPABILITIES,
    permitted: DEFAULT_CAPABILITIES,
    inheritable: [],
    ambient: [],
  });
});

Deno.test("buildSpec() gives others no capability but what they can gain", () => {
  const user = { uid: 1000, gid: 0, additionalGids: [0] };
  const { process } = build({}, { user: { user, home: "/" } });
  assert.deepEqual(process.user, user);
  assert.deepEqual(process.capabilities, {
    bounding: DEFAULT_CAPABILITIES,
    effective: [],
    permitted: [],
    inheritable: [],
    ambient: [],
  });
});

Deno.test("buildSpec() gives the terminal its size, if there is one", () => {
  const consoleSize = { height: 25, width: 80 };
  assert.equal(build({}, { consoleSize }).process.consoleSize, undefined);
  assert.equal(build({ tty: true }).process.consoleSize, undefined);
  const { process } = build({ tty: true }, { consoleSize });
  assert.ok(process.terminal);
  assert.deepEqual(process.consoleSize, consoleSize);
});

Deno.test("buildSpec() passes program, directory and host name on", () => {
  const spec = build({
    args: ["sh", "-c", ""],
    workdir: "/srv",
    hostname: "name",
  });
  assert.deepEqual(spec.process.args, ["sh", "-c", ""]);
  assert.equal(spec.process.cwd, "/srv");
  assert.equal(spec.hostname, "name");
  assert.equal(spec.root.path, "/containers/1/merged");
});

Deno.test("buildSpec() hides what tells about the host", () => {
  const { maskedPaths, readonlyPaths } = build().linux;
  for (const path of ["/proc/kcore", "/proc/keys", "/sys/firmware"]) {
    assert.ok(maskedPaths.includes(path), path);
  }
  for (const path of ["/proc/sys", "/proc/sysrq-trigger", "/proc/bus"]) {
    assert.ok(readonlyPaths.includes(path), path);
  }
});

Deno.test("buildSpec() hides nothing where that was asked for", () => {
  const { maskedPaths, readonlyPaths } =
    build({ systemPaths: "unconfined" }).linux;
  assert.deepEqual([maskedPaths, readonlyPaths], [[], []]);
});

Deno.test("buildSpec() makes the root read-only", () => {
  assert.ok(build({ readOnly: true }).root.readonly);
  assert.ok(!build().root.readonly);
});

Deno.test("buildSpec() leaves the host its name", () => {
  const spec = build({ uts: "host" });
  assert.ok(!("hostname" in spec));
  assert.ok(!spec.linux.namespaces.some(({ type }) => type === "uts"));
});

Deno.test("buildSpec() grants what tsdocker has, without a word about the rest", () => {
  const heldCapabilities = new Set(["CAP_KILL", "CAP_SYS_ADMIN"] as const);
  const granted = (config: Partial<ContainerConfig>): readonly string[] =>
    build(config, { heldCapabilities }).process.capabilities.bounding;
  assert.deepEqual(granted({}), ["CAP_KILL"]);
  assert.deepEqual(granted({ privileged: true }), [...heldCapabilities].sort());
  assert.throws(() => granted({ capAdd: ["CAP_BPF"] }), {
    name: "UsageError",
    message: "Cannot add CAP_BPF: tsdocker itself does not have it",
  });
});

Deno.test("buildSpec() can grant everything in a user namespace", () => {
  const { capabilities } = build({ ...MAPPED, privileged: true }, {
    heldCapabilities: new Set(),
  }).process;
  assert.deepEqual(capabilities.effective, [...allCapabilities()]);
});

Deno.test("buildSpec() says what confines the process, if something does", () => {
  const plain = build().process;
  for (
    const name of [
      "noNewPrivileges",
      "rlimits",
      "apparmorProfile",
      "oomScoreAdj",
    ]
  ) assert.ok(!(name in plain), name);
  const rlimits = [{ type: "RLIMIT_CORE", soft: 0, hard: 0 }] as const;
  const { process } = build(
    { noNewPrivileges: true, oomScoreAdj: -5, apparmor: "strict" },
    { rlimits, apparmor: "enabled" },
  );
  assert.ok(process.noNewPrivileges);
  assert.equal(process.oomScoreAdj, -5);
  assert.equal(process.apparmorProfile, "strict");
  assert.deepEqual(process.rlimits, rlimits);
});

Deno.test("buildSpec() takes limits as the host allows them", () => {
  const rlimits = [{ type: "RLIMIT_CORE", soft: 0, hard: 0 }] as const;
  assert.ok(!("rlimits" in build({ rlimits }).process));
});

Deno.test("buildSpec() refuses a profile of AppArmor where there is none", () => {
  assert.throws(() => build({ apparmor: "strict" }), {
    name: "HostError",
    message:
      'Cannot confine the container with the AppArmor profile "strict": AppArmor is not enabled in this kernel',
  });
  for (const apparmor of ["enabled", "disabled"] as const) {
    const { process } = build({ apparmor: "unconfined" }, { apparmor });
    assert.ok(!("apparmorProfile" in process));
  }
});

Deno.test("buildSpec() limits devices before anything else", () => {
  const resources = { memory: { limit: 5 }, blockIO: { weight: 10 } };
  const throttles = {
    throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1 }],
  };
  assert.deepEqual(build({ resources }, { throttles }).linux.resources, {
    devices: DEFAULT_DEVICE_RULES,
    memory: { limit: 5 },
    blockIO: { weight: 10, ...throttles },
  });
  assert.deepEqual(build({ resources: {} }).linux.resources, {
    devices: DEFAULT_DEVICE_RULES,
  });
  assert.deepEqual(
    build({ resources: {} }, { throttles }).linux.resources?.blockIO,
    throttles,
  );
});

Deno.test("buildSpec() limits nothing without a cgroup", () => {
  const { cgroupsPath: _, ...config } = CONFIG;
  const { linux } = buildSpec(config, SPEC_INPUT);
  assert.ok(!("cgroupsPath" in linux) && !("resources" in linux));
  assert.equal(build({ cgroupsPath: "/a/b" }).linux.cgroupsPath, "/a/b");
});

Deno.test("buildSpec() sets parameters of the container's own namespaces", () => {
  const defaults = {
    "net.ipv4.ip_unprivileged_port_start": "0",
    "net.ipv4.ping_group_range": "0 2147483647",
  };
  assert.deepEqual(build().linux.sysctl, defaults);
  const sysctl = { "net.ipv4.ping_group_range": "1 0", "kernel.sem": "1" };
  assert.deepEqual(build({ sysctl }).linux.sysctl, { ...defaults, ...sysctl });
  assert.deepEqual(build({ sysctl, network: "host" }).linux.sysctl, sysctl);
  assert.deepEqual(build({ sysctl, ...MAPPED }).linux.sysctl, sysctl);
});

Deno.test("buildSpec() maps the ids of a user namespace", () => {
  const { linux } = build(MAPPED);
  assert.deepEqual(linux.uidMappings, MAPPED.idMappings?.uid);
  assert.deepEqual(linux.gidMappings, MAPPED.idMappings?.gid);
  assert.ok(linux.namespaces.some(({ type }) => type === "user"));
  assert.ok(!("uidMappings" in build().linux));
});

Deno.test("buildSpec() makes plain data", () => {
  const spec = build({ ...MAPPED, privileged: true, oomScoreAdj: 1 });
  assert.deepEqual(JSON.parse(JSON.stringify(spec)), spec);
});
