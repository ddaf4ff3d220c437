/** @module */
import assert from "node:assert/strict";
import {
  checkCgroups,
  checkControllers,
  checkDevices,
} from "../../../../lib/engine/doctor/cgroups.ts";
import type { CheckResult } from "../../../../lib/engine/doctor/check_result.ts";
import type {
  Answer,
  Trial,
} from "../../../../lib/engine/doctor/host_probe.ts";
import {
  type FakeHost,
  fakeProbe,
  mountinfo,
  refused,
  V2_FILES,
  WORKS,
} from "../../../support/fake_probe.ts";

const TOP = "/sys/fs/cgroup";
const NAMES = [
  "memory",
  "cpu",
  "cpuset",
  "pids",
  "blkio",
  "freezer",
  "devices",
];

/** A host with cgroup v1, without some controllers. */
function v1(...without: readonly string[]): FakeHost {
  const mounts = NAMES.filter((name) => !without.includes(name))
    .map((name) => `${TOP}/${name} cgroup rw,${name}`);
  return {
    files: {
      "/proc/self/mountinfo": mountinfo("/ ext4", ...mounts),
      "/proc/cgroups": "#subsys_name\thierarchy\tnum_cgroups\tenabled\n" +
        NAMES.map((name) => `${name}\t1\t1\t1\n`).join(""),
    },
    makeCgroup: (parent) => ({ kind: "made", files: filesOf(parent) }),
  };
}

function filesOf(parent: string): string[] {
  const all = [
    "memory.limit_in_bytes",
    "memory.memsw.limit_in_bytes",
    "memory.swappiness",
    "memory.oom_control",
    "cpu.shares",
    "cpu.cfs_quota_us",
    "cpuset.cpus",
    "pids.max",
    "blkio.bfq.weight",
    "blkio.throttle.read_bps_device",
    "freezer.state",
    "devices.list",
  ];
  const name = parent.slice(parent.lastIndexOf("/") + 1);
  return all.filter((file) => file.startsWith(`${name}.`));
}

function results(host: FakeHost): Map<string, CheckResult> {
  const probe = fakeProbe(host);
  return new Map(
    [checkCgroups(probe), ...checkControllers(probe), checkDevices(probe)]
      .map((result) => [result.id, result]),
  );
}

function notOk(host: FakeHost): string[] {
  return [...results(host).values()].filter(({ status }) => status !== "ok")
    .map(({ id, status }) => `${id} ${status}`);
}

Deno.test("the checks of cgroups are content with v2 and with v1", () => {
  assert.deepEqual(notOk({}), []);
  assert.deepEqual(notOk(v1()), []);
  assert.match(results({}).get("cgroups")?.detail ?? "", /^v2: cpuset, cpu,/);
  assert.match(results(v1()).get("cgroups")?.detail ?? "", /^v1: memory, cpu,/);
});

Deno.test("checkControllers() says where each controller is", () => {
  assert.equal(
    results(v1()).get("cgroup-io")?.detail,
    "v1 in /sys/fs/cgroup/blkio",
  );
  assert.equal(
    results({}).get("cgroup-memory")?.detail,
    "v2 in /sys/fs/cgroup; --memory-swappiness and --oom-kill-disable are " +
      "of v1 only",
  );
});

Deno.test("checkControllers() misses each controller of v1 on its own", () => {
  for (const name of NAMES) {
    const id = `cgroup-${name === "blkio" ? "io" : name}`;
    assert.deepEqual(notOk(v1(name)), [`${id} missing`]);
    const result = results(v1(name)).get(id);
    assert.ok(result?.costs);
    assert.equal(result?.stopsRun, undefined);
  }
});

Deno.test("checkControllers() misses each controller of v2 on its own", () => {
  for (const name of ["cpuset", "cpu", "io", "memory", "pids"]) {
    const controllers = "cpuset cpu io memory pids".replace(
      new RegExp(`\\b${name}( |$)`),
      "",
    );
    const files = { [`${TOP}/cgroup.controllers`]: controllers };
    assert.deepEqual(notOk({ files }), [`cgroup-${name} missing`]);
  }
});

Deno.test("checkControllers() knows the flags that need each", () => {
  const memory = results(v1("memory")).get("cgroup-memory");
  assert.deepEqual(memory?.flags, [
    "--memory",
    "--memory-reservation",
    "--memory-swap",
    "--memory-swappiness",
    "--oom-kill-disable",
  ]);
  assert.deepEqual(results(v1("pids")).get("cgroup-pids")?.flags, [
    "--pids-limit",
  ]);
});

Deno.test("a hybrid host is asked for v1 first", () => {
  const host = v1("freezer");
  const files = {
    ...host.files,
    "/proc/self/mountinfo": `${host.files?.["/proc/self/mountinfo"]}` +
      mountinfo(`${TOP}/unified cgroup2`),
    [`${TOP}/unified/cgroup.controllers`]: "",
  };
  const found = results({ ...host, files });
  assert.match(found.get("cgroups")?.detail ?? "", /^hybrid: /);
  assert.equal(
    found.get("cgroup-memory")?.detail,
    "v1 in /sys/fs/cgroup/memory",
  );
  // v2 freezes without a controller.
  assert.equal(
    found.get("cgroup-freezer")?.detail,
    "v2 in /sys/fs/cgroup/unified",
  );
});

Deno.test("without any hierarchy everything is missing", () => {
  const host = {
    files: { "/proc/self/mountinfo": mountinfo("/ ext4") },
  };
  const found = [...results(host).values()];
  assert.ok(found.every(({ status }) => status === "missing"));
  assert.ok(found.every(({ stopsRun }) => stopsRun === undefined));
});

Deno.test("checkControllers() finds out why a controller of v1 is absent", () => {
  const fix = (line: string): string | undefined => {
    const host = v1("memory");
    const files = { ...host.files, "/proc/cgroups": line };
    return results({ ...host, files }).get("cgroup-memory")?.fix;
  };
  assert.equal(
    fix("memory\t0\t1\t0\n"),
    "boot without cgroup_disable=memory",
  );
  assert.equal(
    fix("memory\t0\t1\t1\n"),
    "mount -t cgroup -o memory cgroup /sys/fs/cgroup/memory",
  );
  assert.equal(fix("cpu\t0\t1\t1\n"), "a kernel that has it");
});

Deno.test("a controller that is not delegated can be, above", () => {
  const files = {
    [`${TOP}/cgroup.controllers`]: "memory pids",
    [`${TOP}/cgroup.type`]: "domain\n",
  };
  assert.match(
    results({ files }).get("cgroup-cpu")?.fix ?? "",
    /Delegate=yes/,
  );
});

Deno.test("processes in a cgroup that is not the top keep controllers off", () => {
  const files = {
    [`${TOP}/cgroup.subtree_control`]: "memory\n",
    [`${TOP}/cgroup.type`]: "domain\n",
    [`${TOP}/cgroup.procs`]: "1\n37\n",
  };
  const found = results({ files });
  assert.equal(found.get("cgroup-memory")?.status, "ok");
  assert.equal(found.get("cgroup-pids")?.status, "missing");
  assert.match(found.get("cgroup-pids")?.detail ?? "", /processes are in/);
  assert.match(found.get("cgroup-pids")?.fix ?? "", /mkdir .*\/init/);
  const moved = { ...files, [`${TOP}/cgroup.procs`]: "" };
  assert.equal(results({ files: moved }).get("cgroup-pids")?.status, "ok");
  const top = { ...files, [`${TOP}/cgroup.type`]: undefined };
  assert.equal(results({ files: top }).get("cgroup-pids")?.status, "ok");
});

Deno.test("a controller that cannot be enabled is missing", () => {
  const found = results({
    files: { [`${TOP}/cgroup.subtree_control`]: "" },
    openForWriting: () => refused("openat: EROFS"),
  });
  assert.match(found.get("cgroup-cpu")?.detail ?? "", /openat: EROFS/);
  assert.equal(found.get("cgroup-cpu")?.status, "missing");
});

Deno.test("checkControllers() makes a cgroup, or says why it could not", () => {
  const found = results({
    makeCgroup: () => ({ kind: "refused", reason: "mkdirat: EROFS" }),
  });
  assert.equal(
    found.get("cgroup-memory")?.detail,
    "mkdirat: EROFS in /sys/fs/cgroup",
  );
  assert.equal(found.get("cgroup-freezer")?.status, "missing");
  assert.equal(found.get("cgroup-devices")?.status, "missing");
});

Deno.test("parts of a controller that a kernel lacks degrade it", () => {
  const without = (...gone: string[]): FakeHost => ({
    makeCgroup: () => ({
      kind: "made",
      files: V2_FILES.filter((file) => !gone.includes(file)),
    }),
  });
  const swap = results(without("memory.swap.max")).get("cgroup-memory");
  assert.equal(swap?.status, "degraded");
  assert.equal(swap?.costs, "this kernel has no swap accounting");
  assert.deepEqual(swap?.flags, ["--memory-swap"]);
  const weight = results(without("io.bfq.weight")).get("cgroup-io");
  assert.deepEqual(weight?.flags, ["--blkio-weight"]);
  assert.equal(
    results(without("cpu.max")).get("cgroup-cpu")?.status,
    "degraded",
  );
});

Deno.test("parts are unknown until a controller is enabled on v2", () => {
  const found = results({
    files: { [`${TOP}/cgroup.subtree_control`]: "" },
    makeCgroup: () => ({ kind: "made", files: ["cgroup.procs"] }),
  });
  assert.deepEqual(
    [found.get("cgroup-memory")?.status, found.get("cgroup-memory")?.detail],
    ["ok", "v2 in /sys/fs/cgroup"],
  );
});

Deno.test("checkDevices() loads a program on v2, and none on v1", () => {
  const calls: Trial[] = [];
  const attempt = (trial: Trial): Answer => {
    calls.push(trial);
    return refused("bpf: EPERM");
  };
  assert.equal(
    results({ ...v1(), attempt }).get("cgroup-devices")?.detail,
    "v1 in /sys/fs/cgroup/devices",
  );
  assert.equal(calls.length, 0);
  const result = results({ attempt }).get("cgroup-devices");
  assert.equal(calls[0]?.calls?.[0]?.call, "bpf");
  assert.deepEqual([result?.status, result?.detail], ["missing", "bpf: EPERM"]);
  assert.equal(
    results({ attempt: () => WORKS }).get("cgroup-devices")?.detail,
    "v2 in /sys/fs/cgroup, by a BPF program",
  );
});
