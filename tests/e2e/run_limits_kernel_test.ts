/**
 * Limits of containers together, and those that not every kernel has: there the
 * user is told.
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
  versionHaving,
} from "../support/cgroup_view.ts";
import { forEachLauncher, IMAGE } from "../support/cli.ts";
import { expected, LIMITS, NO_SWAP } from "../support/limit_table.ts";

const MIB = 1024 ** 2;
const SWAP = {
  v1: "memory/memory.memsw.limit_in_bytes",
  v2: "memory.swap.max",
};

/** All that can be had together. */
const TOGETHER = [
  ...["--pids-limit", "20", "-m", "64m", "--memory-reservation", "32m"],
  ...["--cpus", "0.5", "-c", "512", "--cpuset-cpus", "0", "--cpuset-mems", "0"],
];

forEachLauncher("run keeps many limits at once", async (place) => {
  const rows = LIMITS.filter(([flags]) =>
    flags.length > 0 && flags.every((word) => TOGETHER.includes(word))
  );
  assert.equal(rows.length, 7);
  const { code, stdout } = await place.run(
    ...["--rm", ...TOGETHER, IMAGE, "cat"],
    ...rows.map(([, file]) => pathOf(file) ?? ""),
  );
  assert.equal(code, 0);
  assert.deepEqual(stdout.trim().split("\n"), rows.map(expected));
});

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
      const line = holds[versionHaving(file)];
      assert.deepEqual([stdout.split("\n")[0], stderr], [line, ""]);
      return;
    }
    assert.ok(stderr.split(/(?<=\n)/).includes(otherwise), stderr);
    for (const path of evidence) assert.ok(!isThere(path), path);
  });
}
