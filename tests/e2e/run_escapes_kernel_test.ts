/**
 * Ways out by what the kernel offers: cgroups and their release agents, its
 * settings, keys, files by number, and the filter itself.
 *
 * @module
 */
import assert from "node:assert/strict";
import { hostHierarchies } from "../support/cgroup_view.ts";
import { assertPrints, forEachLauncher, IMAGE } from "../support/cli.ts";
import {
  assertRefused,
  attack,
  ATTACKER,
  attackImage,
  attackOnHost,
  attackTest,
  attemptsOf,
  Canary,
  hostileArchive,
} from "../support/escapes.ts";

/** Runs everything without the filter, so that what is below it shows. */
const UNFILTERED = ["--security-opt", "seccomp=unconfined"];

// CVE-2022-0492: a program of the host's runs when a cgroup is empty.

/** The mounted hierarchies of version 1, by what mounts them once more. */
async function oldHierarchies(): Promise<Map<string, string>> {
  const table = await Deno.readTextFile("/proc/cgroups");
  const controllers = table.split("\n").map((line) => line.split("\t")[0]);
  return new Map(
    hostHierarchies().filter(({ version }) => version === "v1").map(
      ({ mountPoint, options }) => [
        options.filter((option) =>
          controllers.includes(option) || option.startsWith("name=")
        ).join(","),
        mountPoint,
      ],
    ),
  );
}

/** What the host would run, of each version 1 hierarchy. */
async function releaseAgents(): Promise<Map<string, string>> {
  const agents = new Map<string, string>();
  for (const mountPoint of (await oldHierarchies()).values()) {
    const path = `${mountPoint}/release_agent`;
    agents.set(path, await Deno.readTextFile(path));
  }
  return agents;
}

/** Puts back what an attack that worked has changed, and tells. */
async function assertAgentsAre(before: Map<string, string>): Promise<void> {
  const after = await releaseAgents();
  for (const [path, agent] of before) {
    if (after.get(path) !== agent) await Deno.writeTextFile(path, agent);
  }
  assert.deepEqual(after, before);
}

attackTest("run lets nobody mount cgroups", async (place) => {
  for (const type of ["cgroup", "cgroup2"]) {
    const words = ["mount", "none", "/tmp", type, "memory"];
    for (const flags of [[], UNFILTERED, ["--cgroupns", "host"]]) {
      assert.deepEqual(await attack(place, flags, words), [["mount", "EPERM"]]);
    }
  }
});

/*
 * With CAP_SYS_ADMIN, mount(2) is allowed, as in docker. What then protects the
 * host is the cgroup namespace, together with a cgroup of the container's own
 * in every hierarchy: what it can mount begins at its own cgroup, and only the
 * root of a hierarchy has a release_agent. Since 5.17 the kernel asks whoever
 * writes there for CAP_SYS_ADMIN as well, which is no help here. A hierarchy
 * that the host has not mounted can only be made in the first cgroup namespace.
 */
attackTest(
  "run --cap-add SYS_ADMIN shows no release_agent of any hierarchy",
  async (place) => {
    const canary = await Canary.make(place);
    const before = await releaseAgents();
    const image = await attackImage(place);
    const there = [...(await oldHierarchies()).keys()];
    const absent = ["net_cls", "misc", "none,name=evil", "memory,name=evil"];
    const agent = `release_agent=${canary.directory}/agent`;
    const script = `
      mkdir /tmp/cg
      for data in "$@"; do for more in "" ",${agent}"; do
        ${ATTACKER} mount cg /tmp/cg cgroup "$data$more" >/dev/null || continue
        [ "$more" ] || echo "mounted $data"
        if ls /tmp/cg/release_agent 2>/dev/null; then
          echo ${canary.directory}/agent > /tmp/cg/release_agent
        fi
        ${ATTACKER} remount /tmp/cg 0 "$data,${agent}" | grep ok
        mkdir /tmp/cg/x && echo 1 > /tmp/cg/x/notify_on_release
        sh -c "echo 0 > /tmp/cg/x/cgroup.procs" 2>/dev/null
        rmdir /tmp/cg/x
        umount /tmp/cg
      done; done`;
    try {
      const { stdout } = await place.run(
        ...["--rm", "--cap-add", "SYS_ADMIN", image, "sh", "-c", script, "sh"],
        ...[...there, ...absent],
      );
      const mounted = stdout.split("\n").filter((line) => line !== "");
      assert.deepEqual(mounted, there.map((data) => `mounted ${data}`));
    } finally {
      await assertAgentsAre(before);
    }
    await canary.assertUntouched();
  },
);

attackTest(
  "run lets nobody change cgroups, one's own or others",
  async (place) => {
    const image = await attackImage(place);
    for (const flags of [[], UNFILTERED, ["--cgroupns", "host"]]) {
      const outcome = await place.run(
        ...["--rm", ...flags, image, "sh", "-c"],
        "find /sys/fs/cgroup -maxdepth 5 -type f -perm -200 | while read f; do " +
          `${ATTACKER} open $f w; done | sort | uniq; ` +
          "find /sys/fs/cgroup -type d | while read d; do " +
          "mkdir $d/nested 2>/dev/null && echo $d; done; " +
          `${ATTACKER} remount /sys/fs/cgroup 0 ''; ` +
          `${ATTACKER} remount /sys/fs/cgroup 1000 ''`,
      );
      assert.equal(
        outcome.stdout,
        "open EROFS\nremount EPERM\nremount EPERM\n",
      );
    }
  },
);

forEachLauncher(
  "run shows a container its own cgroups as the roots",
  async (place) => {
    const outcome = await place.run(
      ...["--rm", IMAGE, "sh", "-c"],
      "cut -d: -f3 /proc/self/cgroup | sort -u; " +
        "find /sys/fs/cgroup -name cgroup.procs | xargs cat | sort -nu",
    );
    // Nobody else is in them: process 1, and those it has just started.
    const [root, ...pids] = outcome.stdout.trim().split("\n");
    assert.equal(root, "/");
    assert.ok(
      pids.every((pid) => Number(pid) > 0 && Number(pid) < 20),
      `${pids}`,
    );
  },
);

// The kernel's settings.

attackTest("run lets nobody change a setting of the kernel", async (place) => {
  // Triggers of one's own, of which nobody else notices.
  const harmless = /^\/proc\/pressure\//;
  for (const directory of ["/proc", "/sys"]) {
    const found = await attack(place, UNFILTERED, ["writable", directory]);
    const [last, count] = found.at(-1) ?? [];
    assert.equal(last, "looked");
    assert.ok(Number(count) > 100);
    const written = found.slice(0, -1).filter(([path]) => !harmless.test(path));
    assert.deepEqual(written, []);
  }
});

attackTest("run lets nobody unmask or remount", async (place) => {
  const image = await attackImage(place);
  const outcome = await place.run(
    ...["--rm", ...UNFILTERED, image, "sh", "-c"],
    "for p in /proc/keys /proc/sys /proc /sys; do umount -l $p 2>/dev/null && " +
      `echo $p; ${ATTACKER} remount $p 1000 ''; done; ` +
      `${ATTACKER} mount proc /mnt proc ''; ${ATTACKER} mount none /mnt sysfs ''`,
  );
  const refused = ["remount", "remount", "remount", "remount", "mount", "mount"]
    .map((name) => [name, "EPERM"]);
  assert.deepEqual(attemptsOf(outcome), refused);
});

// Keys of the caller.

for (
  const [claim, flags, results] of [
    ["", [], ["EPERM", "EPERM", "EPERM", "EPERM"]],
    // Who has the same user number may see that there is a key, not what it is.
    [" without a filter", UNFILTERED, ["EACCES", "ok", "ENOKEY", "ENOKEY"]],
  ] as const
) {
  attackTest(
    `run${claim} shows no key of the caller's session`,
    async (place) => {
      const file = `${place.work}/key`;
      const description = `of ${place.directory}`;
      const wrapper = [
        ...[await attackOnHost(place), "hold-key", file, description],
      ];
      const image = await attackImage(place);
      const found = await place.tsdockerWith({ wrapper }, [
        ...[
          "run",
          "--rm",
          "-v",
          `${place.work}:/shared`,
          ...flags,
          image,
          "sh",
        ],
        ...["-c", `${ATTACKER} find-key $(cat /shared/key) '${description}'`],
      ]);
      assert.deepEqual(attemptsOf(found).map(([, result]) => result), results);
      const keys = await place.tsdockerWith({ wrapper }, [
        ...["run", "--rm", ...flags, image, "cat", "/proc/keys"],
      ]);
      assertPrints(keys, "");
    },
  );
}

// Files by their number, known as "shocker".

attackTest("run opens no file of the host by its number", async (place) => {
  const canary = await Canary.make(place);
  const inodes = await Promise.all(
    ["/", canary.directory, canary.secret].map(async (path) =>
      `${(await Deno.stat(path)).ino}`
    ),
  );
  for (const flags of [[], UNFILTERED, ["--cap-add", "DAC_OVERRIDE"]]) {
    // The file is bound from the host, and lies on its file system.
    const words = ["handle", "/etc/hosts", ...inodes];
    const found = await attack(place, flags, words);
    const refused = inodes.map(() => ["open_by_handle_at", "EPERM"]);
    assert.deepEqual(found, refused);
  }
});

// The filter itself.

const UNFILTER = [
  ["disabled", "EINVAL"],
  ["empty", "EINVAL"],
  ["suspend", "EPERM"],
  ["unshare", "EPERM"],
];

attackTest("run lets nobody lift the filter", async (place) => {
  assert.deepEqual(await attack(place, [], ["unfilter"]), UNFILTER);
  const user = await attack(place, ["-u", "1000"], ["unfilter"]);
  // Without CAP_SYS_ADMIN and no_new_privs, not even an attempt.
  assert.deepEqual(user, UNFILTER);
});

attackTest(
  "run holds programs that gain privileges by the same filter and bounds",
  async (place) => {
    const program = await Deno.readFile(await attackOnHost(place));
    const image = await hostileArchive(place, async (root) => {
      await Deno.writeFile(`${root}/setuid`, program);
      await Deno.chmod(`${root}/setuid`, 0o4755);
    });
    const run = async (...words: string[]): Promise<unknown> => {
      const outcome = await place.run("--rm", "-u", "1000", ...words);
      assert.equal(outcome.stderr, "");
      return attemptsOf(outcome);
    };
    assert.deepEqual(await run(image, "/setuid", "unfilter"), UNFILTER);
    assert.deepEqual(await run(image, "/setuid", "identity"), [
      ["uid", "1000 0 0"],
      ["CapEff:", "00000000a80425fb"],
      ["NoNewPrivs:", "0"],
      ["Seccomp:", "2"],
    ]);
    const flags = ["--security-opt", "no-new-privileges"];
    assert.deepEqual(await run(...flags, image, "/setuid", "identity"), [
      ["uid", "1000 1000 1000"],
      ["CapEff:", "0000000000000000"],
      ["NoNewPrivs:", "1"],
      ["Seccomp:", "2"],
    ]);
  },
);

// The same with a user namespace, where all privileges are those of nobody.

/** Settings of the whole host, which could run a program or stop it. */
const GLOBAL = [
  "/proc/sys/kernel/core_pattern",
  "/proc/sys/kernel/modprobe",
  "/proc/sys/kernel/hotplug",
  "/proc/sys/kernel/panic",
  "/proc/sys/kernel/sysrq",
  "/proc/sys/kernel/random/write_wakeup_threshold",
  "/proc/sys/vm/drop_caches",
  "/proc/sys/fs/file-max",
  "/proc/sys/fs/suid_dumpable",
  "/proc/sysrq-trigger",
  "/sys/kernel/uevent_helper",
  "/sys/power/state",
  "/sys/kernel/mm/transparent_hugepage/enabled",
];

attackTest(
  "run --userns auto --privileged changes nothing of the host's",
  async (place) => {
    const image = await attackImage(place);
    const outcome = await place.run(
      ...["--rm", "--userns", "auto", "--privileged", image, "sh", "-c"],
      GLOBAL.map((path) => `${ATTACKER} open ${path} w`).join("; ") +
        `; ${ATTACKER} handle /etc/hosts 2; ${ATTACKER} mknod /node c 1 3` +
        "; mkdir /cg; for data in memory devices name=systemd; do " +
        `${ATTACKER} mount cg /cg cgroup $data >/dev/null; ` +
        "ls /cg/release_agent 2>/dev/null; done; echo end",
    );
    if (place.launcher === "reinvoke") {
      return assertRefused(outcome, /user namespaces need the native launcher/);
    }
    const found = attemptsOf(outcome);
    assert.deepEqual(found.at(-1), ["end", ""]);
    assert.equal(found.length, GLOBAL.length + 3);
    for (const [name, result] of found.slice(0, -1)) {
      assert.match(result, /^(EACCES|EPERM|ENOENT|EROFS)$/, name);
    }
  },
);
