/**
 * Limits of containers, as the kernel's own files have them, in whichever
 * version of cgroups the host has for each.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  isThere,
  type LimitFile,
  MISSING,
  pathOf,
  showLimit,
  versionOf,
} from "../support/cgroup_view.ts";
import { assertPrints, forEachLauncher, IMAGE } from "../support/cli.ts";

const MIB = 1024 ** 2;
const MEMORY = { v1: "memory/memory.limit_in_bytes", v2: "memory.max" };
const SWAP = {
  v1: "memory/memory.memsw.limit_in_bytes",
  v2: "memory.swap.max",
};
const PIDS = { v1: "pids/pids.max", v2: "pids.max" };
const QUOTA = { v1: "cpu/cpu.cfs_quota_us", v2: "cpu.max" };
const PERIOD = { v1: "cpu/cpu.cfs_period_us", v2: "cpu.max" };
const CPUS = { v1: "cpuset/cpuset.cpus", v2: "cpuset.cpus" };
const MEMS = { v1: "cpuset/cpuset.mems", v2: "cpuset.mems" };

/** Flags, the file, and what it holds by version. */
const LIMITS: readonly (readonly [
  flags: readonly string[],
  file: Required<LimitFile>,
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
  [["--cpus", "0.5"], QUOTA, "50000", "50000 100000"],
  [["--cpu-period", "50000"], PERIOD, "50000", "max 50000"],
  [
    ["--cpu-period", "50000", "--cpu-quota", "10000"],
    QUOTA,
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
  [["--cpuset-mems", "0"], MEMS, "0", "0"],
];

const NO_SWAP =
  "tsdocker: warning: Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.\n";

for (const [flags, file, v1, v2] of LIMITS) {
  const path = pathOf(file);
  forEachLauncher(`run ${flags.join(" ")} sets ${path}`, async (place) => {
    const { code, stdout, stderr } = await showLimit(place, flags, file);
    assert.equal(code, 0);
    assert.equal(stdout, `${path?.endsWith(file.v2) ? v2 : v1}\n`);
    // Whether there is swap to be limited is for tests of their own.
    const hasMemory = flags.includes("-m") || flags.includes("--memory");
    assert.equal(hasMemory ? stderr.replace(NO_SWAP, "") : stderr, "");
  });
}

/** A limit that a kernel may have been built or started without. */
interface OptionalLimit {
  readonly flags: readonly string[];
  readonly file: LimitFile;
  /** The line of the file, by version. */
  readonly holds: LimitFile;
  /** What is said on stderr where there is no such file. */
  readonly otherwise: string;
  /** Files of the host that show that there is one. */
  readonly evidence: readonly string[];
}

const OPTIONAL: readonly OptionalLimit[] = [
  {
    flags: ["-m", "64m", "--memory-swap", "96m"],
    file: SWAP,
    holds: { v1: String(96 * MIB), v2: String(32 * MIB) },
    otherwise: NO_SWAP,
    evidence: ["/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes"],
  },
  {
    // Unless it is told, twice the memory, as docker has it.
    flags: ["-m", "64m"],
    file: SWAP,
    holds: { v1: String(128 * MIB), v2: String(64 * MIB) },
    otherwise: NO_SWAP,
    evidence: ["/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes"],
  },
  {
    flags: ["--memory-swappiness", "10"],
    file: { v1: "memory/memory.swappiness" },
    holds: { v1: "10" },
    otherwise:
      "tsdocker: warning: Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.\n",
    evidence: ["/sys/fs/cgroup/memory/memory.swappiness"],
  },
  {
    flags: ["-m", "64m", "--oom-kill-disable"],
    file: { v1: "memory/memory.oom_control" },
    holds: { v1: "oom_kill_disable 1" },
    otherwise:
      "tsdocker: warning: Your kernel does not support OomKillDisable. OomKillDisable discarded.\n",
    evidence: ["/sys/fs/cgroup/memory/memory.oom_control"],
  },
  {
    flags: ["--blkio-weight", "500"],
    file: { v1: "blkio/blkio.bfq.weight", v2: "io.weight" },
    holds: { v1: "500", v2: "default 4950" },
    otherwise:
      "tsdocker: warning: Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.\n",
    evidence: [
      "/sys/fs/cgroup/blkio/blkio.bfq.io_service_bytes",
      "/sys/fs/cgroup/io.cost.qos",
    ],
  },
];

for (const { flags, file, holds, otherwise, evidence } of OPTIONAL) {
  const claim = `run ${flags.join(" ")} sets ${pathOf(file)}, or warns`;
  forEachLauncher(claim, async (place) => {
    const { code, stdout, stderr } = await showLimit(place, flags, file);
    assert.equal(code, 0, stderr);
    if (stdout !== MISSING) {
      const [controller = ""] = file.v1.split("/");
      const line = holds[versionOf(controller)] ?? "";
      assert.deepEqual([stdout.split("\n")[0], stderr], [line, ""]);
      return;
    }
    assert.ok(stderr.split(/(?<=\n)/).includes(otherwise), stderr);
    for (const path of evidence) assert.ok(!isThere(path), path);
  });
}

forEachLauncher(
  "run takes the small engines' words with a hint",
  async (place) => {
    const { code, stdout, stderr } = await place.run(
      ...["--rm", "-m", "64m", "-cpushare", "512", "-cpuset", "0", IMAGE],
      ...["cat", pathOf(CPUS) ?? ""],
    );
    assert.deepEqual([code, stdout], [0, "0\n"]);
    assert.match(stderr, /-cpushare/);
    assert.match(stderr, /-cpuset/);
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
