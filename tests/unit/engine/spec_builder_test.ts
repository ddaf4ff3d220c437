/**
 * @module
 */
import assert from "node:assert/strict";
import type { ContainerConfig } from "../../../lib/engine/container_config.ts";
import { DEFAULT_CAPABILITIES } from "../../../lib/engine/capabilities.ts";
import { buildSpec, type SpecInput } from "../../../lib/engine/spec_builder.ts";
import type { BindVolume, TmpfsVolume } from "../../../lib/engine/volume.ts";
import type {
  Mount,
  NamespaceType,
  RuntimeSpec,
} from "../../../lib/oci/runtime_spec.ts";
import { containerConfig, HOST_INPUT } from "../../support/run_options.ts";

/** What `buildSpec` makes of a container that asks for nothing special. */
const GOLDEN = new URL(
  "../../fixtures/engine/default_spec.json",
  import.meta.url,
);

const CONFIG = containerConfig({ name: "golden", args: ["echo", "hello"] });

const NAMESPACES: readonly NamespaceType[] = [
  "mount",
  "pid",
  "uts",
  "ipc",
  "cgroup",
  "network",
];

const INPUT: SpecInput = {
  rootPath: "/containers/1/merged",
  filesPath: "/containers/1/files",
  user: { user: { uid: 0, gid: 0, additionalGids: [10] }, home: "/root" },
  namespaces: new Set(NAMESPACES),
  ...HOST_INPUT,
};

function build(
  config: Partial<ContainerConfig> = {},
  input: Partial<SpecInput> = {},
): RuntimeSpec {
  return buildSpec({ ...CONFIG, ...config }, { ...INPUT, ...input });
}

function bind(
  destination: string,
  access: BindVolume["access"] = "rw",
): BindVolume {
  return { source: "/src", destination, access, create: "never" };
}

function tmpfs(destination: string, ...options: string[]): TmpfsVolume {
  return { destination, options };
}

/** Mounts in order, as `TYPE DESTINATION`. */
function mounts(config: Partial<ContainerConfig>): string[] {
  return build(config).mounts.map(({ type, destination }) =>
    `${type} ${destination}`
  );
}

function mountOn(
  destination: string,
  config: Partial<ContainerConfig>,
): Mount {
  const found = build(config).mounts.filter((mount) =>
    mount.destination === destination
  );
  assert.equal(found.length, 1, `one mount on ${destination}`);
  const [mount] = found;
  assert.ok(mount);
  return mount;
}

const PLAIN = mounts({});

Deno.test("buildSpec() makes the recorded specification of a default container", async () => {
  const golden = JSON.parse(await Deno.readTextFile(GOLDEN));
  assert.deepEqual(JSON.parse(JSON.stringify(build())), golden);
});

Deno.test("buildSpec() mounts parents before children, own files at last", () => {
  assert.deepEqual(PLAIN, [
    "proc /proc",
    "tmpfs /dev",
    "devpts /dev/pts",
    "sysfs /sys",
    "cgroup /sys/fs/cgroup",
    "mqueue /dev/mqueue",
    "tmpfs /dev/shm",
    "bind /etc/resolv.conf",
    "bind /etc/hostname",
    "bind /etc/hosts",
  ]);
});

Deno.test("buildSpec() appends volumes, those nearer to the root first", () => {
  const found = mounts({
    volumes: [bind("/a/b/c"), bind("/z"), bind("/a/b")],
    tmpfs: [tmpfs("/a"), tmpfs("/z/y/x/w")],
  });
  assert.deepEqual(found.slice(0, PLAIN.length), PLAIN);
  assert.deepEqual(found.slice(PLAIN.length), [
    "bind /z",
    "tmpfs /a",
    "bind /a/b",
    "bind /a/b/c",
    "tmpfs /z/y/x/w",
  ]);
});

Deno.test("buildSpec() binds volumes with what is mounted below them", () => {
  assert.deepEqual(mountOn("/d", { volumes: [bind("/d")] }), {
    destination: "/d",
    type: "bind",
    source: "/src",
    options: ["rbind", "rprivate"],
  });
  assert.deepEqual(
    mountOn("/d", { volumes: [bind("/d", "ro")] }).options,
    ["rbind", "rprivate", "rro"],
  );
});

Deno.test("buildSpec() lets options of a tmpfs override docker's", () => {
  assert.deepEqual(
    mountOn("/run", { tmpfs: [tmpfs("/run", "exec", "size=1m")] }),
    {
      destination: "/run",
      type: "tmpfs",
      source: "tmpfs",
      options: ["noexec", "nosuid", "nodev", "exec", "size=1m"],
    },
  );
});

Deno.test("buildSpec() replaces a default mount by a volume on the same path", () => {
  for (const path of ["/dev/shm", "/sys", "/dev/mqueue", "/etc/hosts"]) {
    const found = mounts({ volumes: [bind(path)] });
    assert.deepEqual(
      found,
      [
        ...PLAIN.filter((line) => !`${line}/`.includes(` ${path}/`)),
        `bind ${path}`,
      ],
    );
    assert.equal(mountOn(path, { volumes: [bind(path)] }).source, "/src");
  }
});

Deno.test("buildSpec() puts a tmpfs in place of a default mount", () => {
  const options = mountOn("/dev/shm", { tmpfs: [tmpfs("/dev/shm", "size=1g")] })
    .options;
  assert.ok(options.includes("size=1g"));
  assert.ok(!options.includes("size=65536k"));
});

Deno.test("buildSpec() keeps the devices of a container whose /dev is a tmpfs", () => {
  const config = { tmpfs: [tmpfs("/dev", "size=1m")] };
  assert.deepEqual(mounts(config), PLAIN, "before what is mounted inside");
  assert.deepEqual(
    mountOn("/dev", config).options,
    ["noexec", "nosuid", "size=1m"],
    "without nodev, which would make them useless",
  );
});

Deno.test("buildSpec() mounts nothing inside a volume of the user's", () => {
  assert.deepEqual(mounts({ volumes: [bind("/dev")] }), [
    "proc /proc",
    "sysfs /sys",
    "cgroup /sys/fs/cgroup",
    "bind /etc/resolv.conf",
    "bind /etc/hostname",
    "bind /etc/hosts",
    "bind /dev",
  ]);
  assert.deepEqual(mounts({ volumes: [bind("/etc")] }), [
    ...PLAIN.filter((line) => !line.includes("/etc/")),
    "bind /etc",
  ]);
  assert.deepEqual(mounts({ tmpfs: [tmpfs("/etc")] }), [
    ...PLAIN.filter((line) => !line.includes("/etc/")),
    "tmpfs /etc",
  ]);
});

Deno.test("buildSpec() keeps a volume inside a volume and beside a default", () => {
  const found = mounts({ volumes: [bind("/dev/shm/x"), bind("/dev/shm")] });
  assert.deepEqual(found.slice(-2), ["bind /dev/shm", "bind /dev/shm/x"]);
  const similar = mounts({ volumes: [bind("/device"), bind("/et")] });
  assert.deepEqual(similar.slice(0, PLAIN.length), PLAIN);
});

Deno.test("buildSpec() takes the container's own files from its directory", () => {
  for (const name of ["hosts", "hostname", "resolv.conf"]) {
    assert.deepEqual(mountOn(`/etc/${name}`, {}), {
      destination: `/etc/${name}`,
      type: "bind",
      source: `/containers/1/files/${name}`,
      options: ["rbind", "rprivate"],
    });
  }
});

Deno.test("buildSpec() makes the own files read-only with the root, volumes not", () => {
  const config = { readOnly: true, volumes: [bind("/d")] };
  assert.ok(build(config).root.readonly);
  assert.ok(!build().root.readonly);
  for (const name of ["hosts", "hostname", "resolv.conf"]) {
    assert.deepEqual(
      mountOn(`/etc/${name}`, config).options,
      ["rbind", "rprivate", "ro"],
    );
  }
  assert.deepEqual(mountOn("/d", config).options, ["rbind", "rprivate"]);
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
  assert.equal(new Set(DEFAULT_CAPABILITIES).size, 14);
  assert.deepEqual(build().process.capabilities, {
    bounding: DEFAULT_CAPABILITIES,
    effective: DEFAULT_CAPABILITIES,
    permitted: DEFAULT_CAPABILITIES,
    inheritable: [],
    ambient: [],
  });
  const dangerous = ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_NET_ADMIN"];
  for (const name of [...dangerous, "CAP_SYS_MODULE", "CAP_BPF"]) {
    assert.ok(!DEFAULT_CAPABILITIES.some((held) => held === name), name);
  }
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

Deno.test("buildSpec() asks only for namespaces the kernel has", () => {
  const types = (
    config: Partial<ContainerConfig>,
    ...namespaces: NamespaceType[]
  ): string[] =>
    build(config, { namespaces: new Set(namespaces) }).linux.namespaces
      .map(({ type }) => type);
  assert.deepEqual(types({}, ...NAMESPACES), [...NAMESPACES]);
  assert.deepEqual(types({}, "mount", "pid"), ["mount", "pid"]);
  assert.deepEqual(types({}, "user", "time"), []);
  assert.deepEqual(
    types({ network: "host" }, ...NAMESPACES),
    NAMESPACES.filter((type) => type !== "network"),
  );
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

Deno.test("buildSpec() hides what tells about the host, whatever is mounted", () => {
  const { maskedPaths, readonlyPaths } = build({ volumes: [bind("/sys")] })
    .linux;
  for (const path of ["/proc/kcore", "/proc/keys", "/sys/firmware"]) {
    assert.ok(maskedPaths.includes(path), path);
  }
  for (const path of ["/proc/sys", "/proc/sysrq-trigger", "/proc/bus"]) {
    assert.ok(readonlyPaths.includes(path), path);
  }
});
