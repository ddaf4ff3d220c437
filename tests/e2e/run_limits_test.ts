/**
 * Limits of containers: what the kernel's files say, and what they do.
 *
 * @module
 */
import assert from "node:assert/strict";
import { isPureV2, pathOf, readLimit } from "../support/cgroup_view.ts";
import {
  assertPrints,
  eventually,
  forEachLauncher,
  IMAGE,
  namesIn,
  type Place,
  shell,
} from "../support/cli.ts";

const MIB = 1024 ** 2;
const MEMORY = { v1: "memory/memory.limit_in_bytes", v2: "memory.max" };
const PIDS = { v1: "pids/pids.max", v2: "pids.max" };
const CPUS = { v1: "cpuset/cpuset.cpus", v2: "cpuset.cpus" };
const CPU_STAT = { v1: "cpu/cpu.stat", v2: "cpu.stat" };

/** Flags, the file, and what it holds by version. */
const LIMITS: readonly (readonly [
  flags: readonly string[],
  file: { readonly v1: string; readonly v2: string },
  v1: string,
  v2: string,
])[] = [
  [[], PIDS, "2048", "2048"],
  [["--pids-limit", "20"], PIDS, "20", "20"],
  [["--pids-limit", "-1"], PIDS, "max", "max"],
  [["-m", "64m"], MEMORY, String(64 * MIB), String(64 * MIB)],
  [["--memory", "1g"], MEMORY, String(1024 * MIB), String(1024 * MIB)],
  [
    ["-m", "64m", "--memory-reservation", "32m"],
    { v1: "memory/memory.soft_limit_in_bytes", v2: "memory.low" },
    String(32 * MIB),
    String(32 * MIB),
  ],
  [
    ["-m", "64m", "--memory-swap", "96m"],
    { v1: "memory/memory.memsw.limit_in_bytes", v2: "memory.swap.max" },
    String(96 * MIB),
    String(32 * MIB),
  ],
  // Unless it is told, twice the memory, as docker has it.
  [
    ["-m", "64m"],
    { v1: "memory/memory.memsw.limit_in_bytes", v2: "memory.swap.max" },
    String(128 * MIB),
    String(64 * MIB),
  ],
  [
    ["--cpus", "0.5"],
    { v1: "cpu/cpu.cfs_quota_us", v2: "cpu.max" },
    "50000",
    "50000 100000",
  ],
  [
    ["--cpu-period", "50000", "--cpu-quota", "10000"],
    { v1: "cpu/cpu.cfs_quota_us", v2: "cpu.max" },
    "10000",
    "10000 50000",
  ],
  [
    ["-c", "512"],
    { v1: "cpu/cpu.shares", v2: "cpu.weight" },
    "512",
    "59",
  ],
  [["--cpuset-cpus", "0"], CPUS, "0", "0"],
  [
    ["--cpuset-mems", "0"],
    { v1: "cpuset/cpuset.mems", v2: "cpuset.mems" },
    "0",
    "0",
  ],
];

for (const [flags, file, v1, v2] of LIMITS) {
  const name = isPureV2() ? file.v2 : file.v1;
  forEachLauncher(`run ${flags.join(" ")} sets ${name}`, async (place) => {
    assert.equal(
      await readLimit(place, flags, file),
      isPureV2() ? v2 : v1,
    );
  });
}

forEachLauncher(
  "run takes the small engines' words with a hint",
  async (place) => {
    const { code, stdout, stderr } = await place.run(
      ...["--rm", "-m", "64m", "-cpushare", "512", "-cpuset", "0", IMAGE],
      ...["cat", pathOf(CPUS)],
    );
    assert.deepEqual([code, stdout], [0, "0\n"]);
    assert.match(stderr, /-cpushare/);
    assert.match(stderr, /-cpuset/);
  },
);

forEachLauncher(
  "run -m ends a program that takes more, and says so",
  async (place) => {
    const { code, stdout, stderr } = await place.run(
      ...["--name", "greedy", "-m", "64m", "--memory-swap", "64m"],
      ...shell("tail /dev/zero"),
    );
    assert.equal(code, 137);
    assert.equal(stdout, "");
    assert.equal(
      stderr,
      "tsdocker: container greedy: OOM-killed (limit 64MiB)\n",
    );
    const [id] = await place.containers();
    const record = JSON.parse(
      await Deno.readTextFile(`${place.root}/containers/${id}/exit.json`),
    );
    assert.equal(record.exitCode, 137);
    assert.ok(record.oomKilled);
    await place.tsdocker("rm", "greedy");
  },
);

forEachLauncher(
  "run -m does not blame memory for another end",
  async (place) => {
    const { code, stderr } = await place.run(
      ...["--name", "killed", "-m", "64m", ...shell("kill -9 $$; sleep 1")],
    );
    // Process 1 ignores what it has not asked for, even from itself.
    assert.equal(code, 0);
    assert.equal(stderr, "");
    const [id] = await place.containers();
    const record = JSON.parse(
      await Deno.readTextFile(`${place.root}/containers/${id}/exit.json`),
    );
    assert.ok(!record.oomKilled);
    await place.tsdocker("rm", "killed");
  },
);

forEachLauncher(
  "run -m works with the least that is allowed",
  async (place) => {
    assertPrints(
      await place.run("--rm", "-m", "6m", IMAGE, "echo", "small"),
      "small\n",
    );
  },
);

forEachLauncher("run --cpus holds a busy program back", async (place) => {
  const { code, stdout } = await place.run(
    ...["--rm", "--cpus", "0.1"],
    ...shell(
      "end=$(($(date +%s) + 2)); while [ $(date +%s) -lt $end ]; do :; done; " +
        `cat ${pathOf(CPU_STAT)}`,
    ),
  );
  assert.equal(code, 0);
  const throttled = Number(/nr_throttled (\d+)/.exec(stdout)?.[1]);
  assert.ok(throttled >= 3, stdout);
});

forEachLauncher(
  "run --pids-limit stops a fork bomb, and its end ends all of it",
  async (place) => {
    const { code, stdout, stderr } = await place.run(
      ...["--rm", "--pids-limit", "20"],
      ...shell(
        `i=0; while [ $i -lt 40 ]; do sleep 600 & i=$((i + 1)); done; echo all`,
      ),
    );
    assert.notEqual(code, 0);
    assert.equal(stdout, "");
    assert.match(stderr, /can't fork/);
  },
);

forEachLauncher("run --device-write-bps slows writing down", async (place) => {
  const device = await deviceOf(place.directory);
  if (device === undefined) return;
  const MB = 1_000_000;
  const start = performance.now();
  const { code, stderr } = await place.run(
    ...["--rm", "--device-write-bps", `${device}:${MB}`, "-v"],
    ...[`${place.work}:/work`, IMAGE],
    ...["dd", "if=/dev/zero", "of=/work/file", "bs=100k", "count=30"],
    "oflag=direct",
  );
  assert.equal(code, 0, stderr);
  assert.ok(performance.now() - start > 2000, "3 MB took less than 2 s");
});

/** The whole disk a directory is on, if it is on one that can be limited. */
async function deviceOf(path: string): Promise<string | undefined> {
  const { stdout } = await new Deno.Command("df", {
    args: ["--output=source", path],
  }).output();
  const source = new TextDecoder().decode(stdout).trim().split("\n")[1] ?? "";
  const name = source.replace(/^\/dev\//, "");
  const disks = await namesIn("/sys/block");
  return disks.includes(name) ? source : undefined;
}

forEachLauncher("run --pid host leaves no process behind", async (place) => {
  const marker = `8${Math.floor(Math.random() * 1e6)}`;
  const { code, stderr } = await place.run(
    ...["--rm", "--pid", "host", ...shell(`sleep ${marker} & echo`)],
  );
  assert.deepEqual([code, stderr], [0, ""]);
  await eventually(`the end of sleep ${marker}`, async () => {
    for (const pid of await namesIn("/proc")) {
      const line = await Deno.readTextFile(`/proc/${pid}/cmdline`)
        .catch(() => "");
      if (line.includes(`sleep\0${marker}`)) return undefined;
    }
    return true;
  });
});

forEachLauncher(
  "run --cgroups disabled stays in the cgroup of its caller",
  async (place) => {
    const { stdout } = await place.run(
      ...["--rm", "--cgroups", "disabled", "--cgroupns", "host", IMAGE],
      ...["cat", "/proc/self/cgroup"],
    );
    assert.equal(stdout, await Deno.readTextFile("/proc/self/cgroup"));
  },
);

forEachLauncher(
  "run --cgroup-parent makes the cgroup below another",
  async (place) => {
    const parent = `tsd-test-${Math.floor(Math.random() * 1e9)}`;
    try {
      const { code, stdout, stderr } = await place.run(
        ...["--rm", "--cgroup-parent", parent, "--cgroupns", "host", IMAGE],
        ...["cat", "/proc/self/cgroup"],
      );
      assert.deepEqual([code, stderr], [0, ""]);
      assert.match(stdout, new RegExp(`:/${parent}/[0-9a-f]{64}\n`));
    } finally {
      await removeEverywhere(parent);
    }
  },
);

/** The parent is the user's: nobody but the user removes it. */
async function removeEverywhere(name: string): Promise<void> {
  const mounts = await Deno.readTextFile("/proc/self/mountinfo");
  for (const line of mounts.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    if (!after.startsWith("cgroup")) continue;
    await Deno.remove(`${before.split(" ")[4]}/${name}`).catch(() => undefined);
  }
}

forEachLauncher(
  "run --ulimit, --shm-size, --sysctl and --oom-score-adj reach the program",
  async (place) => {
    const outcome = await place.run(
      ...["--rm", "--ulimit", "nofile=100:200", "--ulimit", "core=0"],
      ...["--shm-size", "16m", "--oom-score-adj", "500"],
      ...[
        "--sysctl",
        "net.ipv4.ip_forward=1",
        "--sysctl",
        "kernel.msgmax=4096",
      ],
      ...shell(
        "ulimit -Sn; ulimit -Hn; ulimit -c; df -k /dev/shm | tail -1 | " +
          "awk '{print $2}'; cat /proc/self/oom_score_adj " +
          "/proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax",
      ),
    );
    assertPrints(outcome, "100\n200\n0\n16384\n500\n1\n4096\n");
  },
);

/** Flags and what is said of them; the status is 125. */
const WRONG: readonly (readonly [flags: readonly string[], text: RegExp])[] = [
  [["-m", "1m"], /Minimum memory limit allowed is 6MB/],
  [["-m", "lots"], /invalid.*lots/],
  [["--cpus", "1000"], /Range of CPUs is from 0\.01 to/],
  [["--cpuset-cpus", "999"], /999/],
  [["--blkio-weight", "5"], /Range of blkio weight is from 10 to 1000/i],
  [["--sysctl", "kernel.core_pattern=|/x"], /kernel\.core_pattern/],
  [["--ulimit", "nofiles=1"], /nofiles/],
  [["-m", "64m", "--memory-swap", "32m"], /memory-?swap/i],
  [["--cgroups", "disabled", "-m", "64m"], /cgroups/],
];

for (const [flags, text] of WRONG) {
  forEachLauncher(
    `run ${flags.join(" ")} is refused in one line`,
    async (place: Place) => {
      const { code, stdout, stderr } = await place.run(
        "--rm",
        ...flags,
        IMAGE,
        "true",
      );
      assert.deepEqual([code, stdout], [125, ""]);
      assert.match(stderr.split("\n")[0] ?? "", text);
    },
  );
}
