/**
 * Limits of containers, as programs feel them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { hostDirectories, pathOf, versionOf } from "../support/cgroup_view.ts";
import {
  assertPrints,
  eventually,
  forEachLauncher,
  IMAGE,
  type Place,
  shell,
} from "../support/cli.ts";
import { type Disk, diskOf } from "../support/disk.ts";

/** How a container ended that was not removed. */
async function exitRecord(
  place: Place,
): Promise<{ readonly exitCode: number; readonly oomKilled: boolean }> {
  const [id] = await place.containers();
  return JSON.parse(
    await Deno.readTextFile(`${place.root}/containers/${id}/exit.json`),
  );
}

forEachLauncher(
  "run -m ends a program that takes more, and says so",
  async (place) => {
    const outcome = await place.run(
      ...["--name", "greedy", "-m", "64m", "--memory-swap", "64m"],
      ...shell("tail /dev/zero"),
    );
    assert.deepEqual(outcome, {
      code: 137,
      stdout: "",
      stderr: "tsdocker: container greedy: OOM-killed (limit 64MiB)\n",
    });
    const { exitCode, oomKilled } = await exitRecord(place);
    assert.deepEqual([exitCode, oomKilled], [137, true]);
    await place.tsdocker("rm", "greedy");
  },
);

forEachLauncher(
  "run -m leaves it to a program what the end of its child means",
  async (place) => {
    const { code, stdout, stderr } = await place.run(
      ...["--name", "parent", "-m", "64m", "--memory-swap", "64m"],
      ...shell("tail /dev/zero; echo $?; exit 3"),
    );
    assert.deepEqual([code, stdout], [3, "137\n"]);
    // The shell's own word; the container was not ended.
    assert.equal(stderr, "Killed\n");
    const { exitCode, oomKilled } = await exitRecord(place);
    assert.deepEqual([exitCode, oomKilled], [3, true]);
    await place.tsdocker("rm", "parent");
  },
);

forEachLauncher(
  "run -m does not blame memory for another end",
  async (place) => {
    const { code, stderr } = await place.run(
      ...["--name", "killed", "-m", "64m"],
      ...shell("sh -c 'kill -9 $$'; exit 137"),
    );
    assert.deepEqual([code, stderr], [137, "Killed\n"]);
    assert.ok(!(await exitRecord(place)).oomKilled);
    await place.tsdocker("rm", "killed");
  },
);

if (versionOf("memory") === "v1") {
  forEachLauncher(
    "run --oom-kill-disable has a program wait for memory",
    async (place) => {
      const cidfile = `${place.work}/id`;
      const running = place.start([
        ...["run", "--rm", "--cidfile", cidfile, "-m", "64m"],
        ...["--memory-swap", "64m", "--oom-kill-disable"],
        // Memory that a system call is to fill is another matter: it fails.
        ...shell("echo up; a=x; while :; do a=$a$a; done"),
      ]);
      assert.equal(await running.stdout.line(), "up");
      const id = await Deno.readTextFile(cidfile);
      await eventually("a program out of memory", async () => {
        for (const path of hostDirectories(`/tsdocker/${id}`)) {
          if (!path.startsWith("/sys/fs/cgroup/memory/")) continue;
          const text = await Deno.readTextFile(`${path}/memory.oom_control`);
          assert.match(text, /^oom_kill 0$/m);
          if (/^under_oom 1$/m.test(text)) return true;
        }
        return undefined;
      });
      assertPrints(await place.tsdocker("rm", "-f", id), `${id}\n`);
      assert.equal(await running.status(), 137);
      assert.equal(await running.stderr.rest(), "");
    },
  );
}

const CPU_STAT = pathOf({ v1: "cpu/cpu.stat", v2: "cpu.stat" });

forEachLauncher("run --cpus holds a busy program back", async (place) => {
  const { code, stdout } = await place.run(
    ...["--rm", "--cpus", "0.1"],
    ...shell(
      "end=$(($(date +%s) + 2)); while [ $(date +%s) -lt $end ]; do :; done; " +
        `cat ${CPU_STAT}`,
    ),
  );
  assert.equal(code, 0);
  const throttled = Number(/nr_throttled (\d+)/.exec(stdout)?.[1]);
  assert.ok(throttled >= 3, stdout);
});

forEachLauncher("run --cpuset-cpus keeps off other CPUs", async (place) => {
  const { stdout } = await place.run(
    ...["--rm", "--cpuset-cpus", "0", IMAGE, "grep", "^Cpus_allowed_list"],
    "/proc/self/status",
  );
  assert.equal(stdout, "Cpus_allowed_list:\t0\n");
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

const DISK = diskOf("/var/tmp");

/** Registers a test of limits of a disk's speed. */
function diskTest(
  claim: string,
  body: (place: Place, disk: Disk) => Promise<void>,
): void {
  if (DISK !== undefined) {
    return forEachLauncher(claim, (place) => body(place, DISK));
  }
  const name = `${claim} (skipped: /var/tmp is not on a disk)`;
  Deno.test({ name, ignore: true, fn: () => undefined });
}

/** Flags, rates, files of v1, and what the files of v1 and of v2 have. */
const RATES = [
  ["--device-read-bps", "3mb", "read_bps", "3145728", "rbps=3145728"],
  ["--device-write-bps", "4mb", "write_bps", "4194304", "wbps=4194304"],
  ["--device-read-iops", "50", "read_iops", "50", "riops=50"],
  ["--device-write-iops", "60", "write_iops", "60", "wiops=60"],
] as const;

diskTest(
  "run --device-{read,write}-{bps,iops} are in the kernel's files",
  async (place, { path, number }) => {
    const isV1 = versionOf("blkio") === "v1";
    const files = isV1
      ? RATES.map(([, , file]) => `blkio/blkio.throttle.${file}_device`)
      : ["io.max"];
    const { code, stdout, stderr } = await place.run(
      ...["--rm", "-w", "/sys/fs/cgroup"],
      ...RATES.flatMap(([flag, rate]) => [flag, `${path}:${rate}`]),
      ...[IMAGE, "cat", ...files],
    );
    assert.deepEqual([code, stderr], [0, ""]);
    const lines = isV1
      ? RATES.map(([, , , value]) => `${number} ${value}\n`)
      : [`${number} ${RATES.map(([, , , , pair]) => pair).join(" ")}\n`];
    assert.equal(stdout, lines.join(""));
  },
);

diskTest("run --device-write-bps slows writing down", async (place, disk) => {
  const tookMs = await timed(place, [
    ...["--device-write-bps", `${disk.path}:1000000`],
    ...["-v", `${place.work}:/work`, IMAGE, "dd", "if=/dev/zero"],
    ...["of=/work/file", "bs=100k", "count=30", "oflag=direct"],
  ]);
  assert.ok(tookMs > 2000, `3 MB took ${tookMs} ms`);
});

diskTest("run --device-read-iops slows reading down", async (place, disk) => {
  const bytes = new Uint8Array(100 * 4096);
  await Deno.writeFile(`${place.work}/file`, bytes);
  const tookMs = await timed(place, [
    ...["--device-read-iops", `${disk.path}:50`],
    ...["-v", `${place.work}:/work`, IMAGE, "dd", "if=/work/file"],
    ...["of=/dev/null", "bs=4k", "iflag=direct"],
  ]);
  assert.ok(tookMs > 1500, `100 reads took ${tookMs} ms`);
});

/** Runs a container, and tells how long it took. */
async function timed(place: Place, words: readonly string[]): Promise<number> {
  const start = performance.now();
  const { code, stderr } = await place.run("--rm", ...words);
  assert.equal(code, 0, stderr);
  return performance.now() - start;
}

forEachLauncher(
  "run --ulimit, --shm-size, --sysctl and --oom-score-adj reach the program",
  async (place) => {
    const outcome = await place.run(
      ...["--rm", "--ulimit", "nofile=100:200", "--ulimit", "core=0"],
      ...["--shm-size", "16m", "--oom-score-adj", "500"],
      ...["--sysctl", "net.ipv4.ip_forward=1"],
      ...["--sysctl", "kernel.msgmax=4096"],
      ...shell(
        "ulimit -Sn; ulimit -Hn; ulimit -c; df -k /dev/shm | tail -1 | " +
          "awk '{print $2}'; cat /proc/self/oom_score_adj " +
          "/proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax",
      ),
    );
    assertPrints(outcome, "100\n200\n0\n16384\n500\n1\n4096\n");
  },
);
