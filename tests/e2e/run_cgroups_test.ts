/**
 * Where the cgroups of containers are, and that they go with them.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  hostDirectories,
  hostHierarchies,
  processesIn,
  removeEverywhere,
  versionOf,
} from "../support/cgroup_view.ts";
import {
  eventually,
  forEachLauncher,
  IMAGE,
  namesIn,
  type Place,
  type Running,
  shell,
} from "../support/cli.ts";

/** Starts a container that prints a line once it is ready; waits for that. */
async function startContainer(
  place: Place,
  flags: readonly string[],
  script: string,
): Promise<{ running: Running; cgroup: string }> {
  const cidfile = `${place.work}/id`;
  const running = place.start([
    ...["run", "--cidfile", cidfile, ...flags],
    ...shell(script),
  ], { stdin: "" });
  assert.equal(await running.stdout.line(), "up");
  return { running, cgroup: `/tsdocker/${await Deno.readTextFile(cidfile)}` };
}

forEachLauncher("run has a cgroup in every hierarchy", async (place) => {
  const { running, cgroup } = await startContainer(
    place,
    ["--rm", "-i"],
    "echo up; exec cat",
  );
  assert.equal(hostDirectories(cgroup).length, hostHierarchies().length);
  assert.equal(processesIn(cgroup).length, 1);
  await running.closeStdin();
  assert.equal(await running.status(), 0);
  assert.deepEqual(hostDirectories(cgroup), []);
});

forEachLauncher("run shows the cgroup as the root of all", async (place) => {
  const { stdout } = await place.run("--rm", IMAGE, "cat", "/proc/1/cgroup");
  const ours = (await Deno.readTextFile("/proc/self/cgroup")).split("\n");
  const theirs = stdout.split("\n");
  assert.equal(theirs.length, ours.length);
  const mounted = hostHierarchies().length;
  const roots = theirs.filter((line) => /^\d+:[^:]*:\/$/.test(line));
  assert.ok(roots.length >= mounted, stdout);
});

forEachLauncher(
  "run --cgroupns host shows where it is on the host",
  async (place) => {
    const { code, stdout, stderr } = await place.run(
      ...["--rm", "--cgroupns", "host", IMAGE, "cat", "/proc/1/cgroup"],
    );
    assert.deepEqual([code, stderr], [0, ""]);
    const paths = stdout.match(/:\/tsdocker\/[0-9a-f]{64}$/gm) ?? [];
    assert.equal(paths.length, hostHierarchies().length, stdout);
    assert.equal(new Set(paths).size, 1);
  },
);

forEachLauncher(
  "run --cgroupns host reads its limits, and writes none",
  async (place) => {
    const directory = versionOf("pids") === "v1"
      ? "/sys/fs/cgroup/pids"
      : "/sys/fs/cgroup$(cut -d: -f3 /proc/1/cgroup)";
    const { code, stdout, stderr } = await place.run(
      ...["--rm", "--cgroupns", "host", "--pids-limit", "33"],
      ...shell(
        `cat ${directory}/pids.max; mkdir ${directory}/inner && echo made`,
      ),
    );
    assert.deepEqual([code, stdout], [1, "33\n"]);
    assert.match(stderr, /Read-only file system/);
  },
);

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
      assert.equal(
        hostDirectories(`/${parent}`).length,
        hostHierarchies().length,
      );
    } finally {
      // It is the user's: nobody but the user removes it.
      removeEverywhere(`/${parent}`);
    }
  },
);

/** Makes cgroups below its own, and stays in the lowest with a child. */
function nesting(): string {
  const directories = versionOf("memory") === "v1"
    ? ["/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids"]
    : ["/sys/fs/cgroup"];
  return [
    "set -e",
    ...directories.flatMap((path) => [
      `mkdir -p ${path}/inner/most`,
      `echo 1 >${path}/inner/most/cgroup.procs`,
    ]),
    ...(versionOf("memory") === "v1" ? [] : [
      // As a container engine or systemd in the container would.
      'echo "+memory +pids" >/sys/fs/cgroup/cgroup.subtree_control',
    ]),
    "sleep 1000 & echo up",
    "read line",
  ].join("\n");
}

forEachLauncher(
  "run --privileged may make cgroups below, which go with its own",
  async (place) => {
    const { running, cgroup } = await startContainer(
      place,
      ["--rm", "-i", "--privileged", "--pids-limit", "30"],
      nesting(),
    );
    assert.ok(hostDirectories(`${cgroup}/inner/most`).length > 0);
    assert.equal(processesIn(`${cgroup}/inner/most`).length, 2);
    await running.closeStdin();
    assert.equal(await running.status(), 1);
    assert.deepEqual(hostDirectories(cgroup), []);
  },
);

forEachLauncher("run without --privileged makes none", async (place) => {
  const { code, stdout, stderr } = await place.run(
    ...["--rm", ...shell(nesting())],
  );
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /Read-only file system/);
});

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

for (const flags of [[], ["--pid", "host"]]) {
  forEachLauncher(
    `${["run", ...flags].join(" ")}: a command ends what a killed one left`,
    async (place) => {
      const { running, cgroup } = await startContainer(
        place,
        ["--name", "lost", ...flags],
        "sleep 1000 & echo up; wait",
      );
      assert.equal(processesIn(cgroup).length, 2);
      assert.equal(await running.killAnyway(), 137);
      // With a pid namespace its processes end by themselves, its cgroup never.
      assert.ok(hostDirectories(cgroup).length > 0);
      const { code, stdout, stderr } = await place.tsdocker("ps", "-a");
      assert.deepEqual([code, stderr], [0, ""]);
      assert.match(stdout, /Exited \(137\).* lost\n$/);
      assert.deepEqual(hostDirectories(cgroup), []);
      await place.tsdocker("rm", "lost");
    },
  );
}
