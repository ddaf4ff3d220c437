/**
 * Containers beside systemd as process 1, which takes the tree of cgroups for
 * its own: neither disturbs the other.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  hostDirectories,
  processesIn,
  versionOf,
} from "../support/cgroup_view.ts";
import {
  assertPrints,
  eventually,
  type Place,
  placeTest,
  type Running,
  shell,
  TSDOCKER,
} from "../support/cli.ts";

const isSystemd = Deno.readTextFileSync("/proc/1/comm") === "systemd\n";
const hasV2 = versionOf("memory") === "v2";

/** Registers a test of hosts that systemd has started. */
function systemdTest(
  claim: string,
  body: (place: Place) => Promise<void>,
): void {
  if (isSystemd && hasV2) return placeTest(claim, body);
  const why = isSystemd ? "memory is in cgroup v1" : "systemd is not process 1";
  const name = `${claim} (skipped: ${why})`;
  Deno.test({ name, ignore: true, fn: () => undefined });
}

/** Runs a command of systemd that must succeed. */
async function systemd(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args })
    .output();
  const decoder = new TextDecoder();
  assert.ok(success, `${command} ${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout).trim();
}

/** What makes systemd look at all of its cgroups once more. */
const DISTURBANCES: readonly (readonly [string, ...string[]])[] = [
  ["systemctl", "daemon-reload"],
  ["systemctl", "daemon-reexec"],
  [
    ...["systemd-run", "--wait", "--quiet", "-p", "MemoryMax=32M"],
    ...["-p", "CPUQuota=20%", "-p", "AllowedCPUs=0", "true"],
  ] as const,
  ["systemctl", "restart", "systemd-journald"],
];

const LIMITS = {
  "memory.max": String(64 * 1024 ** 2),
  "cpu.max": "50000 100000",
  "cpuset.cpus": "0",
  "pids.max": "20",
};

/** A container with limits that answers what it is asked. */
async function startContainer(
  place: Place,
): Promise<{ running: Running; cgroup: string }> {
  const cidfile = `${place.work}/id`;
  const running = place.start([
    ...["run", "--rm", "-i", "--cidfile", cidfile, "-m", "64m"],
    ...["--cpus", "0.5", "--cpuset-cpus", "0", "--pids-limit", "20"],
    ...shell("echo up; exec cat"),
  ], { stdin: "" });
  assert.equal(await running.stdout.line(), "up");
  return { running, cgroup: `/tsdocker/${await Deno.readTextFile(cidfile)}` };
}

/** The limits that are in force. */
async function limitsOf(directory: string): Promise<Record<string, string>> {
  const files = Object.keys(LIMITS).map(async (file) => {
    const text = await Deno.readTextFile(`${directory}/${file}`);
    return [file, text.trim()] as const;
  });
  return Object.fromEntries(await Promise.all(files));
}

systemdTest("containers keep their cgroups and limits", async (place) => {
  const { running, cgroup } = await startContainer(place);
  const [directory = "", ...others] = hostDirectories(cgroup);
  assert.deepEqual(others, []);
  const processes = processesIn(cgroup);
  assert.equal(processes.length, 1);
  for (const [command, ...args] of DISTURBANCES) {
    await systemd(command, ...args);
    assert.deepEqual(await limitsOf(directory), LIMITS, args.join(" "));
    assert.deepEqual(processesIn(cgroup), processes);
    await running.write(`${args.join(" ")}\n`);
    assert.equal(await running.stdout.line(), args.join(" "));
  }
  await running.closeStdin();
  assert.equal(await running.status(), 0);
  assert.deepEqual(hostDirectories(cgroup), []);
});

/** Every unit and its state, but for those that come and go. */
async function units(): Promise<string[]> {
  const table = await systemd("systemctl", ...LIST);
  return table.split("\n").filter((line) => !/^run-|\.mount /.test(line));
}

const LIST = ["list-units", "--all", "--plain", "--no-legend", "--no-pager"];

const SERVICE = "tsdocker-test.service";
const SERVICE_FILES = {
  "memory.max": String(40 * 1024 ** 2),
  "pids.max": "30",
};

systemdTest("services keep their cgroups and limits", async (place) => {
  await systemd("systemd-run", `--unit=${SERVICE}`, ...[
    ...["--quiet", "-p", "MemoryMax=40M", "-p", "TasksMax=30"],
    ...["sleep", "1000"],
  ]);
  try {
    const path = `/system.slice/${SERVICE}`;
    const [directory = ""] = hostDirectories(path);
    const before = await units();
    const processes = processesIn(path);
    const ours = await Deno.readTextFile("/proc/self/cgroup");
    const { running } = await startContainer(place);
    for (const isRunning of ["yes", "no"]) {
      if (isRunning === "no") {
        await running.closeStdin();
        assert.equal(await running.status(), 0);
      }
      await systemd("systemctl", "daemon-reload");
      assert.deepEqual(await units(), before);
      assert.deepEqual(processesIn(path), processes);
      for (const [file, value] of Object.entries(SERVICE_FILES)) {
        const text = await Deno.readTextFile(`${directory}/${file}`);
        assert.equal(text.trim(), value, file);
      }
      // The test itself is in a service, and so is whoever runs a container.
      assert.equal(await Deno.readTextFile("/proc/self/cgroup"), ours);
    }
    assert.equal(await systemd("systemctl", "--failed", ...LIST.slice(1)), "");
  } finally {
    await systemd("systemctl", "stop", SERVICE);
  }
});

systemdTest("the root hands down what both need", async (place) => {
  const file = "/sys/fs/cgroup/cgroup.subtree_control";
  const needed = (await Deno.readTextFile(file)).trim().split(" ");
  const { running } = await startContainer(place);
  await systemd("systemctl", "daemon-reload");
  const now = (await Deno.readTextFile(file)).trim().split(" ");
  for (const name of ["cpuset", "cpu", "io", "memory", "pids", ...needed]) {
    assert.ok(now.includes(name), name);
  }
  await running.closeStdin();
  assert.equal(await running.status(), 0);
});

/** Who runs a container's program, and who keeps it. */
interface Pids {
  readonly program: number;
  readonly monitor: number;
}

async function pidsOf(place: Place, id: string): Promise<Pids> {
  const path = `${place.runRoot}/containers/${id}/running.json`;
  const { pid, keeper } = JSON.parse(await Deno.readTextFile(path));
  return { program: pid, monitor: keeper.pid };
}

/** As after a power cut and a boot: no process, and nothing in memory. */
async function crashHost(
  place: Place,
  { program, monitor }: Pids,
): Promise<void> {
  for (const pid of [monitor, program]) Deno.kill(pid, "SIGKILL");
  await eventually("both gone", () =>
    Promise.resolve(
      !isThere(`/proc/${monitor}/exe`) && !isThere(`/proc/${program}/exe`) ||
        undefined,
    ));
  await Deno.remove(place.runRoot, { recursive: true });
}

/** Whether a process is more than a zombie. */
function isThere(exe: string): boolean {
  try {
    Deno.readLinkSync(exe);
    return true;
  } catch {
    // Gone, or only to be reaped.
    return false;
  }
}

const UNIT = "tsdocker-boot-test.service";
const UNIT_PATH = `/run/systemd/system/${UNIT}`;

systemdTest(
  "a unit starts and stops containers with the host; monitors are not its own",
  async (place) => {
    const { TSDOCKER_RUNTIME_DIR = "" } = place.env;
    const environment = `TSDOCKER_RUNTIME_DIR=${TSDOCKER_RUNTIME_DIR}`;
    // When this service ends, right after, systemd kills all that is left of it.
    await systemd("systemd-run", ...[
      ...["--wait", "--quiet", "-p", "Type=oneshot"],
      ...[`--setenv=${environment}`, TSDOCKER, ...place.args(["run", "-d"])],
      ...["--restart", "always", "--name", "web"],
      ...shell("trap 'exit 3' TERM; while :; do sleep 1; done"),
    ]);
    const [id = ""] = await place.containers();
    const first = await pidsOf(place, id);
    assert.ok(isThere(`/proc/${first.monitor}/exe`), "its service has ended");
    await crashHost(place, first);
    const unit = await place.tsdocker(
      ...["generate", "systemd", "--program", TSDOCKER],
    );
    await Deno.writeTextFile(
      UNIT_PATH,
      unit.stdout.replace("[Service]", `[Service]\nEnvironment=${environment}`),
    );
    try {
      await systemd("systemctl", "start", UNIT);
      const started = await pidsOf(place, id);
      await systemd("systemctl", "kill", "--signal=KILL", UNIT);
      await systemd("systemctl", "daemon-reload");
      assert.equal(await systemd("systemctl", "is-active", UNIT), "active");
      assert.deepEqual(await pidsOf(place, id), started);
      assert.ok(isThere(`/proc/${started.program}/exe`));
      assert.ok(isThere(`/proc/${started.monitor}/exe`));
      await systemd("systemctl", "stop", UNIT);
      assert.ok(!isThere(`/proc/${started.program}/exe`));
      const exit = `${place.root}/containers/${id}/exit.json`;
      assert.equal(JSON.parse(await Deno.readTextFile(exit)).exitCode, 3);
    } finally {
      await Deno.remove(UNIT_PATH);
    }
    assertPrints(await place.tsdocker("rm", "web"), "web\n");
  },
);
