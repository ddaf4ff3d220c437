/**
 * What `doctor` finds, proven by taking things away for real; and whether `run`
 * agrees with it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { CAPABILITY } from "../../ffi/constants/capability.ts";
import { DEFAULT_CAPABILITIES } from "../../lib/engine/capabilities.ts";
import {
  IMAGE,
  namesIn,
  type Outcome,
  type Place,
  placeTest,
  TSDOCKER,
} from "../support/cli.ts";
import {
  changes,
  examine,
  finding,
  hideController,
  inMounts,
  inUserNamespace,
  type Report,
  toReport,
  withoutCapabilities,
} from "../support/doctor.ts";
import { type Confinement, runConfined } from "../support/confined.ts";
import { Terminal } from "../support/terminal.ts";

const RUN = ["run", "--rm", IMAGE, "true"];
const DOCTOR = ["doctor", "--json"];
const FAILED = 125;

/** The reports on the host as it is, and with something taken away. */
async function compare(
  place: Place,
  wrapper: readonly string[],
): Promise<{ before: Report; after: Report; changed: string[] }> {
  const before = await examine(place);
  const after = await examine(place, { wrapper });
  return { before, after, changed: changes(before, after) };
}

/** Whether a container runs, in the words of the reports. */
async function runs(
  place: Place,
  wrapper: readonly string[],
  words: readonly string[] = RUN,
): Promise<boolean> {
  const { code } = await place.tsdockerWith({ wrapper }, words);
  assert.ok(code === 0 || code === FAILED, String(code));
  return code === 0;
}

placeTest(
  "doctor is content with a host that can run containers",
  async (place) => {
    const report = await examine(place);
    assert.deepEqual([report.ok, report.code], [true, 0]);
    assert.ok(report.checks.size > 40);
    assert.ok(await runs(place, []));
    const mounts = await Deno.readTextFile("/proc/self/mountinfo");
    const script = "$0 $@; cat /proc/self/mountinfo";
    const { stdout } = await place.tsdockerWith({
      wrapper: ["sh", "-c", script],
    }, DOCTOR);
    assert.equal(stdout.split("\n").slice(1).join("\n"), mounts);
  },
);

placeTest("doctor leaves nothing behind", async (place) => {
  await examine(place);
  assert.deepEqual(await namesIn(place.directory), ["work"]);
  assert.deepEqual(await runDirectories(place), []);
  await place.tsdocker(...RUN);
  const before = await namesIn(place.root);
  await examine(place);
  assert.deepEqual(await namesIn(place.root), before);
});

/** What is where a trial would have been made. */
async function runDirectories(place: Place): Promise<string[]> {
  const parent = place.directory.replace(/\/[^/]*$/, "");
  return [...await namesIn(parent), ...await namesIn("/sys/fs/cgroup")]
    .filter((name) => name.includes("tsdocker-doctor"));
}

placeTest(
  "doctor prints for people what it prints for programs",
  async (place) => {
    const { checks } = await examine(place);
    const { code, stdout, stderr } = await place.tsdocker("doctor");
    assert.deepEqual([code, stderr], [0, ""]);
    const lines = stdout.split("\n").filter((line) =>
      /^(?:ok|missing|degraded) /.test(line)
    );
    assert.deepEqual(
      lines.map((line) => line.split(/ {2,}/).slice(0, 2)),
      [...checks.values()].map(({ status, title }) => [status, title]),
    );
    assert.match(stdout, /\n\d+ ok.*\. Containers can run on this host\.\n$/);
  },
);

placeTest("doctor colours terminals only", (place) => {
  const ESCAPE = "\x1b[";
  using coloured = Terminal.tsdocker(place, ["doctor"]);
  assert.equal(coloured.status(), 0);
  assert.ok(coloured.screen.includes(`${ESCAPE}32mok${ESCAPE}m`));
  using plain = Terminal.tsdocker(place, ["doctor"], {
    env: { ...place.env, NO_COLOR: "1" },
  });
  assert.equal(plain.status(), 0);
  assert.ok(!plain.screen.includes(ESCAPE));
});

placeTest("doctor tells users other than root what it can", async (place) => {
  // The portable file unpacks itself for each user.
  const runtime = `${place.work}/runtime`;
  await Deno.mkdir(runtime);
  await Deno.chown(runtime, 65534, 65534);
  await Deno.chmod(place.directory, 0o755);
  const surroundings = {
    wrapper: ["setpriv", "--reuid", "65534", "--clear-groups"],
    env: { TSDOCKER_RUNTIME_DIR: runtime },
  };
  const report = await examine(place, surroundings);
  assert.deepEqual([report.ok, report.code], [false, 1]);
  assert.equal(finding(report, "root").detail, "user 65534, not root");
  assert.equal(report.checks.get("overlay"), undefined);
  const { stdout } = await place.tsdockerWith(surroundings, ["doctor"]);
  assert.match(
    stdout,
    /: see user\.\nRun it as root for the other checks\.\n$/,
  );
  assert.equal((await place.tsdockerWith(surroundings, RUN)).code, FAILED);
});

/**
 * Removes what a `run` leaves that can neither get back from where it mounts
 * nor remove what is not its own: the next command does, but for the name.
 */
async function forget(place: Place): Promise<void> {
  await place.tsdocker("ps");
  for (const name of await namesIn(`${place.root}/names`)) {
    await Deno.remove(`${place.root}/names/${name}`);
  }
}

/** Capabilities that nothing of `run` goes without. */
const NEEDED = [
  "CAP_DAC_OVERRIDE",
  "CAP_SETGID",
  "CAP_SETPCAP",
  "CAP_NET_ADMIN",
  "CAP_SYS_CHROOT",
  "CAP_SYS_ADMIN",
  "CAP_MKNOD",
];

placeTest(
  "doctor knows of every capability whether run needs it",
  async (place) => {
    await place.tsdocker(...RUN);
    for (const name of Object.keys(CAPABILITY)) {
      const wrapper = withoutCapabilities(name.replace("CAP_", ""));
      const report = await examine(place, { wrapper });
      assert.equal(report.ok, !NEEDED.includes(name), name);
      assert.equal(await runs(place, wrapper), report.ok, name);
      if (!report.ok) await forget(place);
      const titles = ["needed", "default", "other"].map((word) =>
        `capabilities-${word}`
      );
      const named = titles.filter((id) =>
        finding(report, id).detail.includes(name)
      );
      const isDefault = DEFAULT_CAPABILITIES.some((other) => other === name);
      assert.deepEqual(named, [
        ...NEEDED.includes(name) ? ["capabilities-needed"] : [],
        ...isDefault ? ["capabilities-default"] : [],
        ...NEEDED.includes(name) || isDefault || name === "CAP_SYS_RESOURCE"
          ? []
          : ["capabilities-other"],
      ], name);
      if (name === "CAP_SYS_RESOURCE") {
        const { status } = finding(report, "capability-sys-resource");
        assert.equal(status, "missing");
      }
    }
  },
);

placeTest("--cap-add fails for what doctor says is lacking", async (place) => {
  const wrapper = withoutCapabilities("SYS_TIME");
  const words = ["run", "--rm", "--cap-add", "SYS_TIME", IMAGE, "true"];
  const report = await examine(place, { wrapper });
  assert.deepEqual(finding(report, "capabilities-other").flags, [
    "--cap-add SYS_TIME",
  ]);
  assert.ok(!await runs(place, wrapper, words));
  assert.ok(await runs(place, [], words));
});

/** Takes system calls away, and asks both. */
function confined(
  place: Place,
  confinement: Confinement,
  words: readonly string[] = RUN,
): { report: Report; runs: boolean } {
  const report = toReport(runConfined(place, confinement, DOCTOR));
  const { code, stderr } = runConfined(place, confinement, words);
  assert.ok(code === 0 || code === FAILED, `${code}: ${stderr}`);
  return { report, runs: code === 0 };
}

const NEEDED_CALLS = [
  "unshare",
  "setns",
  "mount",
  "umount2",
  "pivot_root",
  "open_tree",
  "move_mount",
  "openat2",
  "close_range",
  "memfd_create",
  "prctl",
  "capset",
  "socket",
] as const;

for (const call of NEEDED_CALLS) {
  placeTest(`doctor misses ${call}, and run does not work`, async (place) => {
    for (const errno of ["ENOSYS", "EPERM"] as const) {
      const { report, runs } = confined(place, { denied: { [call]: errno } });
      const { status, detail } = finding(report, "system-calls");
      assert.equal(status, "missing");
      assert.match(detail, new RegExp(`^${call}: ${errno} \\(`));
      assert.deepEqual([report.ok, report.code, runs], [false, 1, false]);
    }
    if (call === "setns") await forget(place);
  });
}

placeTest(
  "doctor misses mount_setattr, and --read-only does not work",
  (place) => {
    const denied = { mount_setattr: "EPERM" } as const;
    const { report, runs } = confined(place, { denied });
    const { status, flags } = finding(report, "optional-system-calls");
    assert.equal(status, "missing");
    assert.ok(flags?.includes("--read-only"));
    assert.deepEqual([report.ok, runs], [true, true]);
    const words = ["run", "--rm", "--read-only", IMAGE, "true"];
    assert.ok(!confined(place, { denied }, words).runs);
    assert.ok(confined(place, {}, words).runs);
  },
);

placeTest("doctor misses the calls that signals take", (place) => {
  for (const call of ["pidfd_open", "pidfd_send_signal"]) {
    const { report, runs } = confined(place, { denied: { [call]: "ENOSYS" } });
    const { detail } = finding(report, "optional-system-calls");
    assert.match(detail, new RegExp(`^${call}: ENOSYS`));
    assert.deepEqual([report.ok, runs], [true, true]);
  }
});

const IN_USER_NAMESPACE = ["run", "--rm", "--userns=auto", IMAGE, "true"];
const AUTO = { TSDOCKER_LAUNCHER: "auto" };

placeTest("doctor misses clone3, and run re-invokes", (place) => {
  const confinement = { denied: { clone3: "ENOSYS" }, env: AUTO } as const;
  const before = toReport(runConfined(place, { env: AUTO }, DOCTOR));
  const { report, runs } = confined(place, confinement);
  assert.deepEqual(changes(before, report), [
    "full-proc missing",
    "id-mapped-mounts degraded",
    "namespace-time degraded",
    "namespace-user missing",
    "native-launcher degraded",
  ]);
  assert.match(finding(report, "native-launcher").detail, /^clone3: ENOSYS/);
  assert.deepEqual([report.ok, runs], [true, true]);
  assert.ok(!confined(place, confinement, IN_USER_NAMESPACE).runs);
});

const NEVER_EXECUTABLE = decodeURIComponent(
  new URL("../fixtures/doctor/never_executable.ts", import.meta.url).pathname,
);

placeTest(
  "doctor misses executable memory, and run re-invokes",
  async (place) => {
    // V8 does without if it only interprets.
    const jitless = "--jitless";
    const surroundings = {
      env: { ...AUTO, DENO_V8_FLAGS: jitless },
      wrapper: [
        ...[Deno.execPath(), "run", "-A", `--v8-flags=${jitless}`],
        NEVER_EXECUTABLE,
      ],
    };
    const report = await examine(place, surroundings);
    assert.match(
      finding(report, "native-launcher").detail,
      /^mprotect: EACCES/,
    );
    assert.ok(report.ok);
    assert.equal((await place.tsdockerWith(surroundings, RUN)).code, 0);
  },
);

placeTest("doctor misses seccomp, and run works unconfined only", (place) => {
  const denied = { seccomp: "EINVAL" } as const;
  const { report, runs } = confined(place, { denied });
  assert.equal(finding(report, "seccomp").status, "missing");
  assert.deepEqual([report.ok, runs], [false, false]);
  const words = ["run", "--rm", "--security-opt", "seccomp=unconfined"];
  assert.ok(confined(place, { denied }, [...words, IMAGE, "true"]).runs);
});

placeTest("doctor tells keyrings that are refused from none", (place) => {
  const refused = confined(place, { denied: { keyctl: "EPERM" } });
  const { status, detail } = finding(refused.report, "keyrings");
  assert.equal(status, "degraded");
  assert.match(detail, /^keyctl: EPERM/);
  const none = confined(place, { denied: { keyctl: "ENOSYS" } });
  assert.equal(finding(none.report, "keyrings").status, "ok");
  assert.deepEqual([refused.runs, none.runs], [true, true]);
});

placeTest(
  "doctor misses actions of seccomp that a kernel has not",
  async (place) => {
    const { changed } = await compare(
      place,
      inMounts(
        "echo kill_thread trap errno trace allow >actions\n" +
          "mount --bind actions /proc/sys/kernel/seccomp/actions_avail",
      ),
    );
    assert.deepEqual(changed, ["full-proc missing", "seccomp degraded"]);
  },
);

/** Kinds by the name of their limit. */
const NAMESPACES = {
  mnt: "mount",
  pid: "pid",
  net: "network",
  ipc: "ipc",
  uts: "uts",
  cgroup: "cgroup",
  user: "user",
  time: "time",
};

for (const [short, name] of Object.entries(NAMESPACES)) {
  placeTest(`doctor misses ${name} namespaces`, async (place) => {
    const before = await examine(place, { wrapper: inUserNamespace("") });
    const after = await examine(place, {
      wrapper: inUserNamespace(
        `echo 0 >/proc/sys/user/max_${short}_namespaces`,
      ),
    });
    const id = `namespace-${name}`;
    assert.equal(finding(before, id).status, "ok");
    const { status, detail, fix } = finding(after, id);
    assert.equal(status, "missing");
    assert.match(detail, /^clone3: ENOSPC/);
    assert.match(fix ?? "", new RegExp(`sysctl -w user.max_${short}_`));
    const others = changes(before, after).filter((change) =>
      change.startsWith("namespace-")
    );
    assert.deepEqual(others, [`${id} missing`]);
  });
}

placeTest("doctor notices a user namespace around it", async (place) => {
  const wrapper = inUserNamespace("");
  const { after, changed } = await compare(place, wrapper);
  assert.ok(changed.includes("outer-user-namespace degraded"));
  assert.ok(changed.includes("device-nodes missing"));
  assert.match(finding(after, "device-nodes").detail, /^mknodat: EPERM/);
  assert.deepEqual([after.ok, after.code], [false, 1]);
  assert.ok(!await runs(place, wrapper));
});

placeTest("doctor notices a container around it", async (place) => {
  const inside = ["unshare", "--pid", "--fork", "--mount-proc"];
  const { after, changed } = await compare(place, [
    ...inside,
    ...["env", "container=lxc"],
  ]);
  assert.deepEqual(changed, ["outer-container degraded"]);
  const { detail } = finding(after, "outer-container");
  assert.match(
    detail,
    /container=lxc of process 1, a pid namespace of its own/,
  );
  assert.ok(await runs(place, inside));
});

/** Options of `run` that let this very program run inside. */
async function withProgram(place: Place): Promise<string[]> {
  const { TSDOCKER_RUNTIME_DIR: runtime = "" } = place.env;
  const volumes = [`${TSDOCKER}:${TSDOCKER}:ro`, `${runtime}:${runtime}`];
  for (const path of ["/usr", "/bin", "/lib", "/lib64"]) {
    const source = await Deno.realPath(path).catch(() => undefined);
    if (source !== undefined) volumes.push(`${source}:${path}:ro`);
  }
  return [
    ...[...volumes, `${IMAGE}:${IMAGE}:ro`, `${place.work}:/nested`]
      .flatMap((volume) => ["-v", volume]),
    ...["-e", `TSDOCKER_RUNTIME_DIR=${runtime}`],
  ];
}

for (const flags of [[], ["--privileged"]]) {
  placeTest(`doctor and run agree inside of run ${flags}`, async (place) => {
    const inside = [
      "run",
      "--rm",
      ...flags,
      ...await withProgram(place),
      IMAGE,
    ];
    const roots = ["--root", "/nested/root", "--run-root", "/nested/run"];
    const nested = (...words: string[]): Promise<Outcome> =>
      place.tsdocker(...inside, TSDOCKER, ...roots, ...words);
    const report = toReport(await nested(...DOCTOR));
    assert.equal(finding(report, "outer-container").status, "degraded");
    assert.equal(report.ok, flags.length > 0);
    const { code, stdout } = await nested("run", "--rm", IMAGE, "echo", "deep");
    assert.deepEqual(
      [code, stdout],
      report.ok ? [0, "deep\n"] : [FAILED, ""],
    );
  });
}

const COVER_PROC = "mount --bind /dev/null /proc/version";

placeTest("doctor misses a whole /proc", async (place) => {
  const wrapper = inMounts(COVER_PROC);
  const { after, changed } = await compare(place, wrapper);
  assert.deepEqual(changed, ["full-proc missing"]);
  assert.match(finding(after, "full-proc").detail, /proc: mount: EPERM/);
  assert.ok(await runs(place, wrapper));
  assert.ok(!await runs(place, wrapper, IN_USER_NAMESPACE));
  assert.ok(await runs(place, [], IN_USER_NAMESPACE));
});

placeTest(
  "doctor misses file systems that cannot be mounted",
  async (place) => {
    // Nobody may mount a proc that shows more than there is to see.
    const wrapper = [...inMounts(COVER_PROC), ...inUserNamespace("")];
    const report = await examine(place, { wrapper });
    const { status, detail } = finding(report, "file-systems");
    assert.equal(status, "missing");
    assert.match(detail, /^proc: mount: EPERM/);
    assert.ok(!report.ok);
  },
);

/** Places for the root that are no good, and why. */
const ROOTS = [
  {
    what: "a read-only file system",
    mount: "mount -t tmpfs -o ro none $R",
    status: "missing",
    detail: /^mkdirat: EROFS/,
  },
  {
    what: "an overlay",
    mount: "mount -t tmpfs none $R; mkdir $R/l $R/u $R/w $R/m\n" +
      "mount -t overlay none $R/m " +
      "-o lowerdir=$R/l,upperdir=$R/u,workdir=$R/w\n" +
      "mount --bind $R/m $R",
    status: "missing",
    detail: /^mount: EINVAL.* on overlay$/,
  },
  {
    what: "a file system without attributes",
    mount: "mount -t ramfs none $R",
    status: "degraded",
    detail: /^mkdirat: EIO.* on ramfs$/,
  },
] as const;

for (const { what, mount, status, detail } of ROOTS) {
  placeTest(`doctor judges a root on ${what}`, async (place) => {
    const wrapper = inMounts(`R=${place.root}\n${mount}`);
    await Deno.mkdir(place.root);
    const { after, changed } = await compare(place, wrapper);
    assert.ok(changed.includes(`overlay ${status}`), changed.join());
    assert.match(finding(after, "overlay").detail, detail);
    assert.equal(after.ok, status === "degraded");
    assert.equal(await runs(place, wrapper), after.ok);
  });
}

/** Controllers by the names of their checks, and flags that need them. */
const CONTROLLERS = [
  ["memory", ["memory", "memory"], ["-m", "64m"]],
  ["cpu", ["cpu", "cpu"], ["--cpu-shares", "512"]],
  ["cpuset", ["cpuset", "cpuset"], ["--cpuset-cpus", "0"]],
  ["pids", ["pids", "pids"], ["--pids-limit", "50"]],
  ["io", ["blkio", "io"], ["--blkio-weight", "100"]],
] as const;

for (const [name, [v1, v2], flags] of CONTROLLERS) {
  placeTest(
    `doctor misses the controller ${name}, and run warns`,
    async (place) => {
      const wrapper = inMounts(hideController(v1, v2));
      const { before, after } = await compare(place, wrapper);
      const id = `cgroup-${name}`;
      assert.notEqual(finding(before, id).status, "missing");
      assert.equal(finding(after, id).status, "missing");
      assert.ok(after.ok);
      const words = ["run", "--rm", ...flags, IMAGE, "true"];
      const limited = await place.tsdockerWith({ wrapper }, words);
      assert.equal(limited.code, 0);
      assert.match(limited.stderr, /^tsdocker: warning: .* discarded\.$/mi);
      if (finding(before, id).status === "degraded") return;
      assert.equal((await place.tsdocker(...words)).stderr, "");
    },
  );
}

placeTest("doctor misses all cgroups, and run works without", async (place) => {
  const wrapper = inMounts("umount -l /sys/fs/cgroup");
  const { after } = await compare(place, wrapper);
  for (
    const name of [
      "cgroups",
      ...["memory", "cpu", "cpuset", "pids", "io", "freezer", "devices"]
        .map((name) => `cgroup-${name}`),
    ]
  ) assert.equal(finding(after, name).status, "missing");
  assert.ok(after.ok);
  assert.ok(await runs(place, wrapper));
});

placeTest("doctor takes read-only cgroups for none", async (place) => {
  const wrapper = inMounts(
    "grep -o ' /sys/fs/cgroup[^ ]* ' /proc/self/mounts |\n" +
      "while read path; do mount -o remount,bind,ro $path; done",
  );
  const { after } = await compare(place, wrapper);
  assert.equal(finding(after, "cgroups").status, "missing");
  assert.ok(after.ok);
  assert.ok(await runs(place, wrapper));
});

placeTest("doctor misses bpf where it lists devices, as does run", (place) => {
  const wrapper = inMounts(hideController("devices"));
  const hidden = toReport(runConfined(place, { wrapper }, DOCTOR));
  assert.equal(
    finding(hidden, "cgroup-devices").detail,
    "v2, by a BPF program",
  );
  const denied = { bpf: "EPERM" } as const;
  const { report, runs } = confined(place, { wrapper, denied });
  const { status, detail } = finding(report, "cgroup-devices");
  assert.equal(status, "missing");
  assert.match(detail, /^bpf: EPERM/);
  assert.deepEqual([report.ok, runs], [false, false]);
  const words = ["run", "--rm", "--cgroups=disabled", IMAGE, "true"];
  assert.ok(confined(place, { wrapper, denied }, words).runs);
});

placeTest("doctor misses room on the disk", async (place) => {
  await Deno.mkdir(place.root);
  const cases = [
    ["size=64m,nr_inodes=90k", "degraded", ""],
    ["size=5g,nr_inodes=500", "degraded", ""],
    ["size=64m,nr_inodes=90k", "missing", "cat /dev/zero >full 2>&- || :"],
    ["size=5g,nr_inodes=2", "missing", ">full"],
  ] as const;
  for (const [options, status, fill] of cases) {
    const wrapper = inMounts(
      `mount -t tmpfs -o ${options} none ${place.root}\n` +
        `(cd ${place.root}; ${fill})`,
    );
    const report = await examine(place, { wrapper });
    assert.equal(finding(report, "disk-space").status, status, options);
    assert.equal(report.ok, status === "degraded");
    assert.equal(await runs(place, wrapper), report.ok);
  }
});

placeTest("doctor misses a run root that can be written", async (place) => {
  await Deno.mkdir(place.runRoot);
  const wrapper = inMounts(`mount -t tmpfs -o ro none ${place.runRoot}`);
  const { after, changed } = await compare(place, wrapper);
  assert.deepEqual(changed, ["run-root missing"]);
  assert.ok(!after.ok);
  assert.ok(!await runs(place, wrapper));
});

/** Files of the kernel that say something else, and what comes of it. */
const LIES = [
  ["/proc/sys/kernel/osrelease", "5.4.0-test", "kernel missing"],
  ["/proc/sys/kernel/osrelease", "5.13.0", "kernel degraded"],
  ["/proc/sys/kernel/pid_max", "1000", "tasks degraded"],
  ["/proc/sys/kernel/threads-max", "1000", "tasks degraded"],
  ["/proc/meminfo", "MemTotal: 9 kB", "memory degraded"],
] as const;

for (const [path, text, change] of LIES) {
  placeTest(`doctor reads ${path}: ${text}`, async (place) => {
    const { changed } = await compare(
      place,
      inMounts(`echo '${text}' >lie\nmount --bind lie ${path}`),
    );
    assert.deepEqual(changed, ["full-proc missing", change].sort());
  });
}

placeTest("doctor tells whether packets are forwarded", async (place) => {
  const path = "/proc/sys/net/ipv4/ip_forward";
  const forwarding = (value: number): readonly string[] => [
    ...["unshare", "-n", "sh", "-ec", `echo ${value} >${path}; exec "$@"`],
    "sh",
  ];
  const on = await examine(place, { wrapper: forwarding(1) });
  const off = await examine(place, { wrapper: forwarding(0) });
  assert.equal(finding(on, "ip-forward").detail, "1");
  assert.match(finding(off, "ip-forward").detail, /^0; set to 1/);
  assert.deepEqual(changes(on, off), []);
});

placeTest("doctor tells of firewalls, and how to pass them", async (place) => {
  const script = `nft add table inet mine
    nft 'add chain inet mine through {
      type filter hook forward priority 0; policy drop; }'
    exec "$@"`;
  const wrapper = ["unshare", "-n", "sh", "-ec", script, "sh"];
  const { status, detail, fix } = finding(
    await examine(place, { wrapper }),
    "firewalls",
  );
  assert.equal(status, "degraded");
  assert.match(detail, /^A chain of nftables drops .*inet mine through/);
  assert.match(
    fix ?? "",
    /^nft insert rule inet mine through iifname '"tsd-\*"'/,
  );
});

placeTest("doctor misses nftables without CAP_NET_ADMIN", async (place) => {
  const wrapper = withoutCapabilities("NET_ADMIN");
  const { after } = await compare(place, wrapper);
  const { status, detail } = finding(after, "nftables");
  assert.equal(status, "missing");
  assert.match(detail, /^nftables: EPERM/);
  assert.equal(finding(after, "bridge").status, "missing");
});

placeTest("--oom-score-adj fails below what doctor says", async (place) => {
  const report = await examine(place);
  const { status, flags } = finding(report, "capability-sys-resource");
  const words = ["run", "--rm", "--oom-score-adj", "-1000", IMAGE, "true"];
  assert.equal(await runs(place, [], words), status === "ok");
  const wrapper = withoutCapabilities("SYS_RESOURCE");
  assert.ok(!await runs(place, wrapper, words));
  if (status === "missing") assert.ok(flags?.includes("--oom-score-adj"));
});

placeTest("apparmor= fails where doctor finds none", async (place) => {
  const report = await examine(place);
  const profile = ["--security-opt", "apparmor=unconfined-by-test"];
  const words = ["run", "--rm", ...profile, IMAGE, "true"];
  // A kernel with AppArmor has no such profile either.
  const { stderr } = await place.tsdocker(...words);
  assert.equal(
    stderr.includes("AppArmor is not enabled"),
    finding(report, "apparmor").status === "missing",
  );
});

placeTest("doctor finds limits of the caller low", async (place) => {
  const { changed } = await compare(
    place,
    ["prlimit", "--nofile=256", "--nproc=1000"],
  );
  assert.deepEqual(changed, [
    "ulimit-nofile degraded",
    "ulimit-nproc degraded",
  ]);
});

placeTest("doctor finds AppArmor and SELinux where they are", async (place) => {
  const fake = (module: string, selinux: string): readonly string[] =>
    inMounts(
      `mount -t tmpfs none /sys/module; mkdir -p /sys/module/apparmor/parameters
      echo ${module} >/sys/module/apparmor/parameters/enabled
      mount -t tmpfs none /sys/fs; mkdir /sys/fs/selinux
      echo ${selinux} >/sys/fs/selinux/enforce`,
    );
  const strict = await examine(place, { wrapper: fake("Y", "1") });
  assert.equal(finding(strict, "apparmor").status, "ok");
  assert.equal(finding(strict, "selinux").status, "degraded");
  const lax = await examine(place, { wrapper: fake("N", "0") });
  assert.equal(finding(lax, "apparmor").status, "missing");
  assert.equal(finding(lax, "selinux").status, "ok");
});
