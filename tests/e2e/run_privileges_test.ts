/**
 * The flags that give privileges and take them, each by what the kernel says of
 * the program, and by what the program can do with them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { CAPABILITY } from "../../ffi/constants/capability.ts";
import {
  assertPrints,
  forEachLauncher,
  IMAGE,
  type Place,
} from "../support/cli.ts";
import {
  assertRefused,
  attack,
  ATTACKER,
  attackImage,
  attackTest,
} from "../support/escapes.ts";

/** What docker leaves a container. */
const DEFAULT = 0xa80425fbn;

/** What this test holds, and so tsdocker: not all, in some machines. */
const HELD = statusOf(Deno.readTextFileSync("/proc/self/status"), "CapEff");

function statusOf(text: string, name: string): bigint {
  const value = new RegExp(`^${name}:\\s+([0-9a-f]+)$`, "m").exec(text)?.[1];
  assert.ok(value !== undefined, text);
  return BigInt(`0x${value}`);
}

function bits(...names: (keyof typeof CAPABILITY)[]): bigint {
  return names.reduce((all, name) => all | 1n << BigInt(CAPABILITY[name]), 0n);
}

/** Which capabilities a program has in each set; in hexadecimal, to be read. */
async function capabilities(
  place: Place,
  ...flags: readonly string[]
): Promise<Record<"Inh" | "Prm" | "Eff" | "Bnd" | "Amb", string>> {
  const { stdout, stderr } = await place.run(
    ...["--rm", ...flags, IMAGE, "cat", "/proc/self/status"],
  );
  assert.equal(stderr, "");
  const set = (name: string): string =>
    statusOf(stdout, `Cap${name}`).toString(16);
  return {
    Inh: set("Inh"),
    Prm: set("Prm"),
    Eff: set("Eff"),
    Bnd: set("Bnd"),
    Amb: set("Amb"),
  };
}

/** The sets of user 0, and of any other. */
function heldByRoot(mask: bigint): Awaited<ReturnType<typeof capabilities>> {
  const text = mask.toString(16);
  return { Inh: "0", Prm: text, Eff: text, Bnd: text, Amb: "0" };
}

function heldByUser(mask: bigint): Awaited<ReturnType<typeof capabilities>> {
  return { Inh: "0", Prm: "0", Eff: "0", Bnd: mask.toString(16), Amb: "0" };
}

/** Flags, and what user 0 then has; all as docker decides it. */
const CAPABILITIES: readonly (readonly [flags: string, mask: bigint])[] = [
  ["", DEFAULT],
  ["--cap-add NET_ADMIN", DEFAULT | bits("CAP_NET_ADMIN")],
  ["--cap-add cap_net_admin", DEFAULT | bits("CAP_NET_ADMIN")],
  ["--cap-add Cap_Net_Admin", DEFAULT | bits("CAP_NET_ADMIN")],
  ["--cap-add CHOWN", DEFAULT],
  [
    "--cap-add SYS_TIME --cap-add BPF",
    DEFAULT | bits("CAP_SYS_TIME", "CAP_BPF"),
  ],
  ["--cap-add ALL", HELD],
  ["--cap-add all --cap-drop mknod", HELD & ~bits("CAP_MKNOD")],
  ["--cap-drop MKNOD", DEFAULT & ~bits("CAP_MKNOD")],
  [
    "--cap-drop CAP_MKNOD --cap-drop setuid",
    DEFAULT &
    ~bits("CAP_MKNOD", "CAP_SETUID"),
  ],
  ["--cap-drop SYS_ADMIN", DEFAULT],
  ["--cap-drop ALL", 0n],
  ["--cap-drop all --cap-add chown", bits("CAP_CHOWN")],
  ["--cap-add CHOWN --cap-drop ALL", bits("CAP_CHOWN")],
  ["--cap-add CHOWN --cap-drop CHOWN", DEFAULT],
  ["--cap-add ALL --cap-drop ALL", HELD],
  ["--privileged", HELD],
  // Unlike docker, which does not look at --cap-drop then.
  ["--privileged --cap-drop MKNOD", HELD & ~bits("CAP_MKNOD")],
  ["-u 0:1000", DEFAULT],
  ["-u root", DEFAULT],
];

for (const [flags, mask] of CAPABILITIES) {
  forEachLauncher(
    `run ${flags} has exactly its capabilities`,
    async (place) => {
      const words = flags.split(" ").filter((word) => word !== "");
      assert.deepEqual(await capabilities(place, ...words), heldByRoot(mask));
      // Whoever is not user 0 can get as far, by a program that is privileged.
      const user = [
        ...words.filter((word) => !/^(-u|root|0:1000)$/.test(word)),
      ];
      assert.deepEqual(
        await capabilities(place, ...user, "-u", "1000"),
        heldByUser(mask),
      );
    },
  );
}

attackTest("run lets capabilities do what they are for", async (place) => {
  const mount = ["mount", "none", "/mnt", "tmpfs", ""];
  const result = async (
    words: string[],
    ...flags: string[]
  ): Promise<unknown> => (await attack(place, flags, words)).at(0)?.[1];
  assert.equal(await result(mount), "EPERM");
  assert.equal(await result(mount, "--cap-add", "SYS_ADMIN"), "ok");
  assert.equal(await result(mount, "--privileged"), "ok");
  assert.equal(await result(mount, "--privileged", "-u", "1000"), "EPERM");
  const mknod = ["mknod", "/node", "c", "1", "3"];
  assert.equal(await result(mknod), "ok");
  assert.equal(await result(mknod, "--cap-drop", "MKNOD"), "EPERM");
  const chroot = ["break-out", "/nothing"];
  assert.equal(await result(chroot), "ok");
  assert.equal(await result(chroot, "--cap-drop", "ALL"), "EPERM");
});

// --privileged

forEachLauncher("run --privileged keeps namespaces and root", async (place) => {
  const kinds = ["mnt", "pid", "net", "ipc", "uts", "cgroup"];
  const { stdout } = await place.run(
    ...["--rm", "--privileged", IMAGE, "sh", "-c"],
    `for n in ${kinds.join(" ")}; do readlink /proc/self/ns/$n; done; ` +
      "cat /etc/hostname /proc/1/comm; echo $$",
  );
  const [...found] = stdout.trim().split("\n");
  for (const [at, kind] of kinds.entries()) {
    const own = await Deno.readLink(`/proc/self/ns/${kind}`);
    assert.notEqual(found[at], own);
  }
  assert.deepEqual(found.slice(-2), ["sh", "1"]);
});

forEachLauncher(
  "run --privileged can be narrowed again by each option",
  async (place) => {
    const shown = async (...flags: string[]): Promise<string> =>
      (await place.run(
        ...["--rm", "--privileged", ...flags, IMAGE, "sh", "-c"],
        "grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status | tr -dc '0-9'",
      )).stdout;
    assert.equal(await shown(), "00");
    assert.equal(await shown("--security-opt", "seccomp=builtin"), "02");
    assert.equal(await shown("--security-opt", "no-new-privileges"), "10");
    assertPrints(
      await place.run(
        ...["--rm", "--privileged", "--read-only", IMAGE, "sh", "-c"],
        "touch /x 2>/dev/null || echo refused",
      ),
      "refused\n",
    );
  },
);

// --security-opt

forEachLauncher("run --security-opt says what holds it", async (place) => {
  const shown = async (...options: string[]): Promise<string> => {
    const { stdout, stderr } = await place.run(
      ...["--rm", ...options.flatMap((option) => ["--security-opt", option])],
      ...[IMAGE, "sh", "-c"],
      "grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status | tr -dc '0-9'",
    );
    assert.equal(stderr, "");
    return stdout;
  };
  assert.equal(await shown(), "02");
  assert.equal(await shown("no-new-privileges"), "12");
  assert.equal(await shown("no-new-privileges:true"), "12");
  assert.equal(await shown("no-new-privileges=false"), "02");
  assert.equal(await shown("seccomp=unconfined"), "00");
  assert.equal(await shown("seccomp:unconfined"), "00");
  assert.equal(await shown("seccomp=builtin"), "02");
  assert.equal(await shown("seccomp=unconfined", "no-new-privileges"), "10");
  assert.equal(await shown("apparmor=unconfined", "label=disable"), "02");
});

attackTest(
  "run --security-opt systempaths=unconfined unmasks",
  async (place) => {
    const image = await attackImage(place);
    const script = "wc -c < /proc/keys; grep -c ' /proc/' /proc/mounts; " +
      `${ATTACKER} open /proc/sys/kernel/core_pattern w; ` +
      `grep -E ' /sys ' /proc/mounts | cut -d' ' -f4 | cut -d, -f1`;
    const words = [image, "sh", "-c", script];
    const masked = await place.run("--rm", ...words);
    assert.match(masked.stdout, /^0\n\d+\nopen EROFS\nro\n$/);
    const open = await place.run(
      ...["--rm", "--security-opt", "systempaths=unconfined", ...words],
    );
    assert.match(open.stdout, /^[1-9]\d*\n0\nopen ok\nro\n$/);
  },
);

// --group-add

forEachLauncher("run --group-add adds names and numbers", async (place) => {
  const groups = async (...flags: string[]): Promise<string> => {
    const { stdout, stderr } = await place.run(
      ...["--rm", ...flags, IMAGE, "grep", "^Groups", "/proc/self/status"],
    );
    assert.equal(stderr, "");
    return stdout.trim().replace(/^Groups:\s*/, "");
  };
  assert.equal(await groups(), "0");
  assert.equal(await groups("--group-add", "1234"), "0 1234");
  assert.equal(await groups("--group-add", "wheel"), "0 10");
  assert.equal(
    await groups(
      "-u",
      "1000:1000",
      "--group-add",
      "55",
      "--group-add",
      "audio",
    ),
    "29 55 1000",
  );
  assert.equal(await groups("--group-add", "7", "--group-add", "7"), "0 7");
});

// --pid, --ipc, --uts, --cgroupns; what they share is in run_escapes_processes.

forEachLauncher(
  "run --pid host sees this process, others do not",
  async (place) => {
    const words = [IMAGE, "test", "-d", `/proc/${Deno.pid}`];
    assert.equal((await place.run("--rm", "--pid", "host", ...words)).code, 0);
    assert.equal((await place.run("--rm", ...words)).code, 1);
  },
);

forEachLauncher(
  "run --cgroupns host shows where its cgroup is",
  async (place) => {
    const words = [IMAGE, "cut", "-d:", "-f3", "/proc/self/cgroup"];
    const host = await place.run("--rm", "--cgroupns", "host", ...words);
    for (const line of host.stdout.trim().split("\n")) {
      assert.match(line, /^\/tsdocker\/[0-9a-f]{64}$/);
    }
    const own = await place.run("--rm", ...words);
    assert.deepEqual([...new Set(own.stdout.trim().split("\n"))], ["/"]);
  },
);

// --dry-run, --explain

forEachLauncher(
  "run shows the steps that confine a container",
  async (place) => {
    const patterns = [
      /capset\(/,
      /prctl\(PR_CAPBSET_DROP, CAP_SYS_ADMIN\)/,
      /seccomp\(SECCOMP_SET_MODE_FILTER/,
      /mkdirat\(AT_FDCWD, "\/sys\/fs\/cgroup\/[^"]*tsdocker/,
      /keyctl\(KEYCTL_JOIN_SESSION_KEYRING/,
      /mount\("\/dev\/null", "proc\/keys"/,
    ];
    const dry = await place.run("--dry-run", IMAGE, "true");
    const explained = await place.run("--rm", "--explain", IMAGE, "true");
    for (const pattern of patterns) {
      assert.match(dry.stdout, pattern);
      assert.match(explained.stderr, pattern);
    }
    const json = await place.run("--dry-run=json", IMAGE, "true");
    assert.match(JSON.stringify(JSON.parse(json.stdout)), /"seccomp"/);
    const open = await place.run("--dry-run", "--privileged", IMAGE, "true");
    assert.doesNotMatch(open.stdout, /SECCOMP_SET_MODE_FILTER|proc\/keys/);
  },
);

// Wrong input: one line, and what to try.

const WRONG: readonly (readonly [words: readonly string[], why: RegExp])[] = [
  [["--cap-add", "NOPE"], /invalid CapAdd: unknown capability: "CAP_NOPE"/],
  [["--cap-drop", "NOPE"], /invalid CapDrop: unknown capability: "CAP_NOPE"/],
  [["--cap-add", ""], /invalid CapAdd: unknown capability: "CAP_"/],
  [["--cap-add", "NET_ADMIN,CHOWN"], /invalid CapAdd: unknown capability/],
  [["--cap-drop", "CAP_CAP_CHOWN"], /invalid CapDrop: unknown capability/],
  [["--security-opt", "nonsense"], /Invalid --security-opt: "nonsense"/],
  [["--security-opt", ""], /Invalid --security-opt: ""/],
  [["--security-opt", "seccomp="], /Invalid --security-opt: "seccomp="/],
  [["--security-opt", "systempaths=x"], /invalid --security-opt 2: "system/],
  [["--security-opt", "no-new-privileges=x"], /invalid --security-opt 2: "no-/],
  [["--security-opt", "label=type:x"], /SELinux is not supported/],
  [
    ["--security-opt", "seccomp=none.json"],
    /opening seccomp profile \(none\.j/,
  ],
  [["--security-opt", "seccomp=."], /opening seccomp profile \(\.\) failed/],
  [["--group-add", "nogrp"], /unable to find group nogrp: no matching/],
  [["--group-add", "-1"], /unable to find group -1/],
  [["--group-add", "4294967295"], /invalid group "4294967295"/],
  [["--device", "/dev/none"], /adding custom device "\/dev\/none": no such/],
  [["--device", "/etc/passwd"], /"\/etc\/passwd": not a device node/],
  [["--device", "relative"], /relative is not an absolute path/],
  [["--device", "/dev/null:rel"], /rel is not an absolute path/],
  [["--device", "/dev/null:/dev/x:q"], /bad mode specified: q/],
  [["--device", "/dev/null:/dev/x:rr"], /bad mode specified: rr/],
  [["--device", "/a:/b:/c:/d"], /bad format for path/],
  [["--device", "/dev/null:/dev/pts"], /it has one of its own there/],
  [["--device", "/dev/null:/dev"], /it has one of its own there/],
  [["--device", "/dev/null:/dev/fd/7"], /it has one of its own there/],
  [["--device", "/dev/null:/proc/x"], /it has one of its own there/],
  [["--device-cgroup-rule", "x"], /invalid device cgroup format 'x'/],
  [["--device-cgroup-rule", "c 1:3 x"], /invalid device cgroup format/],
  [["--device-cgroup-rule", "a 1:3 rwm"], /invalid device cgroup format/],
  [["--device-cgroup-rule", "c 1:-1 r"], /invalid device cgroup format/],
  [["--pid", "container:x"], /invalid PID mode "container:x"/],
  [["--ipc", "x"], /invalid IPC mode "x"/],
  [["--uts", "x"], /invalid UTS mode "x"/],
  [["--cgroupns", "x"], /invalid CGROUP mode "x"/],
  [["--uts", "host", "-h", "x"], /conflicting options: hostname and the UTS/],
  [["--privileged=maybe"], /invalid argument "maybe" for "--privileged" flag/],
];

forEachLauncher("run refuses wrong privileges in one line", async (place) => {
  for (const [words, why] of WRONG) {
    assertRefused(await place.run("--rm", ...words, IMAGE, "true"), why);
  }
  if ((HELD & bits("CAP_SYS_RESOURCE")) === 0n) {
    const outcome = await place.run("--cap-add", "SYS_RESOURCE", IMAGE, "true");
    assertRefused(outcome, /Cannot add CAP_SYS_RESOURCE: tsdocker itself does/);
  }
  const isThere = await Deno.stat("/sys/kernel/security/apparmor")
    .then(() => true, () => false);
  const words = ["--security-opt", "apparmor=none-such", IMAGE, "true"];
  assertRefused(
    await place.run(...words),
    isThere
      ? /AppArmor profile "none-such": it is not loaded/
      : /AppArmor is not enabled in this kernel/,
  );
});
