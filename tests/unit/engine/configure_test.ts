/**
 * @module
 */
import assert from "node:assert/strict";
import type { ContainerId } from "../../../lib/base/identifiers.ts";
import {
  checkName,
  type ConfigRequest,
  configureContainer,
} from "../../../lib/engine/configure.ts";
import type { RunOptions } from "../../../lib/engine/run_options.ts";
import {
  containerConfig,
  HOST_FACTS,
  runOptions,
} from "../../support/run_options.ts";

const ID = `abcdef012345${"0".repeat(52)}` as ContainerId;

const OPTIONS = runOptions({ image: "busybox", command: ["sh"] });

/** What they become: `containerConfig()` without what creation adds. */
const { layers: _, ...DRAFT } = containerConfig({
  id: ID,
  createdMs: 1234,
  image: "busybox",
  args: ["sh"],
});

function configure(options: Partial<RunOptions> = {}): ConfigRequest {
  return configureContainer({ ...OPTIONS, ...options }, {
    id: ID,
    createdMs: 1234,
    cwd: "/home/me",
    host: HOST_FACTS,
    volumes: "/store",
    newName: () => "new",
    defaultNetwork: "none",
  });
}

function assertRefused(
  options: Partial<RunOptions>,
  message: string,
  advice?: string,
): void {
  assert.throws(() => configure(options), {
    name: "UsageError",
    message,
    advice,
  });
}

Deno.test("configureContainer() fills in what the options leave open", () => {
  assert.deepEqual(configure(), { ...DRAFT, name: undefined });
});

Deno.test("configureContainer() takes over each option", () => {
  const draft = configure({
    name: "web",
    command: ["httpd", "-f", ""],
    interactive: true,
    tty: true,
    autoRemove: true,
    env: [{ name: "A", value: "1" }],
    workdir: "/srv//www/.",
    user: "web:logs",
    hostname: "host.example",
    readOnly: true,
    init: true,
    networks: ["host"],
    volumes: ["./data:/data:ro"],
    tmpfs: ["/run:size=1m"],
  });
  assert.deepEqual(draft, {
    ...DRAFT,
    name: "web",
    args: ["httpd", "-f", ""],
    env: ["A=1"],
    unsetEnv: [],
    workdir: "/srv/www",
    user: "web:logs",
    hostname: "host.example",
    interactive: true,
    tty: true,
    autoRemove: true,
    readOnly: true,
    init: true,
    network: "host",
    volumes: [{
      source: "/home/me/data",
      destination: "/data",
      access: "ro",
      create: "never",
    }],
    tmpfs: [{ destination: "/run", options: ["size=1m"] }],
  });
});

Deno.test("configureContainer() keeps the input of run -di open", () => {
  const [input, detached] = [{ interactive: true }, { detach: true }];
  const once = [input, { ...input, ...detached }, detached].map((options) =>
    configure(options).stdinOnce
  );
  assert.deepEqual(once, [undefined, false, undefined]);
});

Deno.test("configureContainer() puts the entrypoint before the command", () => {
  const args = (entrypoint: string | undefined, ...command: string[]) =>
    configure({ command, ...(entrypoint === undefined ? {} : { entrypoint }) })
      .args;
  assert.deepEqual(args("/bin/echo"), ["/bin/echo"]);
  assert.deepEqual(args("/bin/echo", "a", "b"), ["/bin/echo", "a", "b"]);
  assert.deepEqual(args("", "true"), ["true"], "an empty one is dropped");
  assert.deepEqual(args("echo a", "b"), ["echo a", "b"], "one word only");
});

Deno.test("configureContainer() tells the image's entrypoint from its command", () => {
  const { args, entrypoint } = configure({
    entrypoint: ["/run", "-v"],
    command: ["a"],
  });
  assert.deepEqual([args, entrypoint], [["/run", "-v", "a"], ["/run", "-v"]]);
  const { exposedPorts } = configure({
    imageSettings: { ExposedPorts: ["80/tcp"] },
  });
  assert.deepEqual(exposedPorts, ["80/tcp"]);
});

Deno.test("configureContainer() wants a command", () => {
  const advice = "tsdocker run busybox sh";
  assertRefused({ command: [] }, "no command specified", advice);
  assertRefused(
    { command: [], entrypoint: "" },
    "no command specified",
    advice,
  );
  assertRefused({ command: [""] }, "the command is an empty string");
  assertRefused(
    { command: ["", "a"], entrypoint: "" },
    "the command is an empty string",
  );
});

Deno.test("configureContainer() keeps the last value of a variable at its first place", () => {
  const { env, unsetEnv } = configure({
    env: [
      { name: "A", value: "1" },
      { name: "B", value: "" },
      { name: "A", value: "2=3" },
      { name: "a", value: "other" },
    ],
  });
  assert.deepEqual(env, ["A=2=3", "B=", "a=other"]);
  assert.deepEqual(unsetEnv, []);
});

Deno.test("configureContainer() tells unset from empty, the last one counts", () => {
  const { env, unsetEnv } = configure({
    env: [
      { name: "GONE", value: "1" },
      { name: "GONE" },
      { name: "BACK" },
      { name: "BACK", value: "" },
      { name: "HOME" },
    ],
  });
  assert.deepEqual(env, ["BACK="]);
  assert.deepEqual(unsetEnv, ["GONE", "HOME"]);
});

Deno.test("configureContainer() wants an absolute working directory", () => {
  assert.equal(configure({ workdir: "" }).workdir, "/");
  assert.equal(configure({ workdir: "/a/../b/" }).workdir, "/b");
  for (const workdir of ["srv", "./srv", "~", "../"]) {
    assertRefused(
      { workdir },
      `the working directory "${workdir}" is invalid, it needs to be an absolute path`,
    );
  }
});

Deno.test("configureContainer() takes host names of up to 64 bytes", () => {
  const longest = "h".repeat(64);
  assert.equal(configure({ hostname: longest }).hostname, longest);
  const umlauts = "ö".repeat(32);
  assert.equal(configure({ hostname: umlauts }).hostname, umlauts);
  for (const name of ["a.b-c_d", "1", "-", "UPPER"]) {
    assert.equal(configure({ hostname: name }).hostname, name);
  }
});

Deno.test("configureContainer() refuses other host names", () => {
  const names = ["", " ", "a b", "a\tb", "a\nb", "a\0b", "a/b", "/"];
  for (const hostname of [...names, "h".repeat(65), "ö".repeat(33)]) {
    assertRefused(
      { hostname },
      `invalid hostname "${hostname}": 1 to 64 bytes without spaces and slashes`,
    );
  }
});

Deno.test("configureContainer() knows what a container is connected to", () => {
  const aliases: string[] = [];
  const { network, networks, publish, exposedPorts } = configure({
    networks: ["blue", "red"],
    publish: ["80:80"],
    expose: ["90"],
    imageSettings: { ExposedPorts: ["70/tcp"] },
  });
  assert.equal(network, "connected");
  assert.deepEqual(networks, [
    { reference: "blue", aliases },
    { reference: "red", aliases },
  ]);
  assert.deepEqual(publish, ["80:80/tcp"]);
  assert.deepEqual(exposedPorts, ["70/tcp", "90/tcp"]);
  assert.equal(configure().network, "none");
});

Deno.test("configureContainer() refuses two mounts on one point", () => {
  const cases: readonly Partial<RunOptions>[] = [
    { volumes: ["/a:/d", "/b:/d"] },
    { volumes: ["/a:/d", "/a:/d/"] },
    { volumes: ["/a:/x/../d"], tmpfs: ["/d"] },
    { tmpfs: ["/d:ro", "/d"] },
  ];
  for (const options of cases) {
    assertRefused(options, "Duplicate mount point: /d");
  }
  const below = configure({ volumes: ["/a:/d", "/b:/d/e"], tmpfs: ["/d/f"] });
  assert.equal(below.volumes.length, 2);
  assert.equal(below.tmpfs.length, 1);
});

Deno.test("configureContainer() passes on what is wrong with a mount", () => {
  assertRefused(
    { volumes: ["/a:/d", "x:"] },
    'invalid volume specification "x:": it is not [SRC:]DST[:OPTIONS]',
    "-v ./data:/data or -v data:/data:ro",
  );
  assertRefused(
    { tmpfs: ["run"] },
    'invalid volume specification "run": "run" is not an absolute path',
  );
});

Deno.test("checkName() takes letters, digits and three signs, a sign never first", () => {
  for (const name of ["a", "0", "Web-1", "a_b.c-d", "x".repeat(200)]) {
    assert.equal(checkName(name), name);
  }
  const wrong = ["", "-a", ".a", "_a", "..", "a/b", "a b", "ä", "a\n", "/a"];
  for (const name of wrong) {
    const message =
      `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-]* are allowed`;
    assert.throws(() => checkName(name), { name: "UsageError", message });
    assertRefused({ name }, message);
  }
});

Deno.test("configureContainer() judges how early it is killed", () => {
  for (const oomScoreAdj of [-1000, 0, 1000]) {
    assert.equal(configure({ oomScoreAdj }).oomScoreAdj, oomScoreAdj);
  }
  assert.ok(!("oomScoreAdj" in configure()));
  for (const oomScoreAdj of [-1001, 1001, Infinity]) {
    assertRefused(
      { oomScoreAdj },
      `Invalid value ${oomScoreAdj}, range for oom score adj is [-1000, 1000]`,
    );
  }
});

Deno.test("configureContainer() reads the size of shared memory", () => {
  const sizes: [string, number][] = [
    ["1g", 1024 ** 3],
    ["1", 1],
    ["0", 64 * 1024 ** 2],
    ["", 64 * 1024 ** 2],
  ];
  for (const [shmSize, bytes] of sizes) {
    assert.equal(configure({ shmSize }).shmSizeBytes, bytes);
  }
  assertRefused(
    { shmSize: "-1" },
    `invalid argument "-1" for "--shm-size" flag: invalid size: '-1'`,
    "a number with an optional unit, such as 512, 64m or 1.5g",
  );
});

Deno.test("configureContainer() names a container as the host whose network it has", () => {
  const networks = ["host"];
  assert.equal(configure({ networks }).hostname, "host");
  assert.equal(configure({ networks, hostname: "box" }).hostname, "box");
});

Deno.test("configureContainer() names a container as the host whose name it shares", () => {
  const { hostname, uts } = configure({ uts: "host" });
  assert.deepEqual([hostname, uts], ["host", "host"]);
  assertRefused(
    { uts: "host", hostname: "box" },
    "conflicting options: hostname and the UTS mode",
    "--hostname or --uts host, not both",
  );
  assert.equal(configure({ uts: "private", hostname: "box" }).hostname, "box");
});

Deno.test("configureContainer() takes limits and isolation together", () => {
  const draft = configure({
    memory: "64m",
    ulimits: ["core=0"],
    capDrop: ["ALL"],
    sysctls: ["net.core.somaxconn=1"],
    cgroupParent: "/ci",
  });
  const MIB = 1024 ** 2;
  assert.equal(draft.cgroupsPath, `/ci/${ID}`);
  assert.deepEqual(draft.resources, {
    memory: { limit: 64 * MIB, swap: 128 * MIB },
    pids: { limit: 2048 },
  });
  assert.deepEqual(draft.rlimits, [{ type: "RLIMIT_CORE", soft: 0, hard: 0 }]);
  assert.deepEqual(draft.capDrop, ["ALL"]);
  assert.deepEqual(draft.sysctl, { "net.core.somaxconn": "1" });
});

Deno.test("configureContainer() knows which namespaces parameters are of", () => {
  assertRefused(
    { networks: ["host"], sysctls: ["net.core.somaxconn=1"] },
    'sysctl "net.core.somaxconn" not allowed in host network namespace',
  );
});

Deno.test("configureContainer() gives no cgroup to a container without", () => {
  const draft = configure({ cgroups: "disabled" });
  assert.ok(!("cgroupsPath" in draft));
  assert.deepEqual(draft.resources, {});
});

Deno.test("configureContainer() refuses the host's pids without cgroups", () => {
  assert.throws(() => configure({ cgroups: "disabled", pid: "host" }), {
    name: "UsageError",
    message: /^--pid host needs cgroups/,
  });
  assert.equal(configure({ pid: "host" }).pid, "host");
});
