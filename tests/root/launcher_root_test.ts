/**
 * The native launcher with what only root may ask of it: namespaces, other
 * users, cgroups; and a thousand launches under load.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createPipe, readAllSync } from "../../ffi/calls/pipe.ts";
import { ERRNO } from "../../ffi/constants/errno.ts";
import { CLONE } from "../../ffi/constants/sched.ts";
import {
  RESET_SIGNALS,
  UNBLOCK_SIGNALS,
} from "../../ffi/launcher/child_signals.ts";
import { Fd } from "../../ffi/fd.ts";
import { NativeLauncher } from "../../ffi/launcher/launcher.ts";
import type { SyscallRecord } from "../../ffi/record.ts";
import { syscall } from "../../ffi/syscall.ts";
import { exitStatus, openDescriptors } from "../support/processes.ts";
import { rootTest } from "../support/root.ts";

const NAMESPACES = BigInt(
  CLONE.CLONE_NEWNS + CLONE.CLONE_NEWUTS + CLONE.CLONE_NEWIPC +
    CLONE.CLONE_NEWPID + CLONE.CLONE_NEWNET,
);
const PRIVATE_ROOT: SyscallRecord = {
  call: "mount",
  args: [null, "/", null, { value: 0x44000, text: "MS_REC|MS_PRIVATE" }, null],
};
const PR_GET_DUMPABLE = 3;
const PR_SET_DUMPABLE = 4;

function shell(script: string): SyscallRecord[] {
  return [...RESET_SIGNALS, UNBLOCK_SIGNALS, {
    call: "execve",
    args: ["/bin/sh", { words: ["sh", "-c", script, 0] }, { words: [0] }],
  }];
}

function run(
  launcher: NativeLauncher,
  cloneFlags: bigint,
  records: readonly SyscallRecord[],
): number {
  const launched = launcher.launch({
    cloneFlags,
    records,
    results: new Map(),
  });
  assert.ok(launched.kind === "started", Deno.inspect(launched));
  return exitStatus(launched.pidfd);
}

rootTest(
  "launch() makes the namespaces asked for, and leaves ours alone",
  () => {
    const namespaces = (): string[] =>
      ["mnt", "uts", "ipc", "pid", "net"].map((name) =>
        Deno.readLinkSync(`/proc/self/ns/${name}`)
      );
    const before = namespaces();
    const mounts = Deno.readTextFileSync("/proc/self/mountinfo");
    using launcher = new NativeLauncher();
    using pipe = createPipe();
    const launched = launcher.launch({
      cloneFlags: NAMESPACES,
      records: [
        PRIVATE_ROOT,
        { call: "mount", args: ["proc", "/proc", "proc", 14, null] },
        { call: "sethostname", args: ["launched", 8] },
        { call: "dup3", args: [{ result: "output" }, 1, 0] },
        ...shell(
          "echo $$ $(uname -n); " +
            "for n in mnt uts ipc pid net; do readlink /proc/self/ns/$n; done",
        ),
      ],
      results: new Map([["output", pipe.writable.number]]),
    });
    pipe.writable[Symbol.dispose]();
    assert.ok(launched.kind === "started", Deno.inspect(launched));
    const output = new TextDecoder().decode(readAllSync(pipe.readable));
    assert.equal(exitStatus(launched.pidfd), 0);
    const [first, ...inside] = output.trim().split("\n");
    assert.equal(first, "1 launched");
    assert.equal(inside.length, before.length);
    for (const name of inside) assert.ok(!before.includes(name), name);
    assert.deepEqual(namespaces(), before);
    assert.equal(Deno.readTextFileSync("/proc/self/mountinfo"), mounts);
  },
);

rootTest("launch() keeps us dumpable when the child changes its user", () => {
  using launcher = new NativeLauncher();
  const records: SyscallRecord[] = [
    { call: "setresgid", args: [65534, 65534, 65534] },
    { call: "setresuid", args: [65534, 65534, 65534] },
    ...shell('test "$(id -u):$(id -g)" = 65534:65534'),
  ];
  assert.equal(syscall("prctl", PR_GET_DUMPABLE), 1);
  assert.equal(run(launcher, 0n, records), 0);
  assert.equal(syscall("prctl", PR_GET_DUMPABLE), 1);
  syscall("prctl", PR_SET_DUMPABLE, 0);
  try {
    assert.equal(run(launcher, 0n, records), 0);
    assert.equal(syscall("prctl", PR_GET_DUMPABLE), 0, "0 stays 0");
  } finally {
    syscall("prctl", PR_SET_DUMPABLE, 1);
  }
});

rootTest(
  "launch() keeps us dumpable when the child fails after the change",
  () => {
    using launcher = new NativeLauncher();
    const launched = launcher.launch({
      cloneFlags: 0n,
      records: [
        { call: "setresuid", args: [65534, 65534, 65534] },
        { call: "chroot", args: ["/"] },
        ...shell("true"),
      ],
      results: new Map(),
    });
    assert.deepEqual(launched, {
      kind: "failed",
      index: 1,
      errno: ERRNO.EPERM,
      trace: [],
    });
    assert.equal(syscall("prctl", PR_GET_DUMPABLE), 1);
  },
);

/** Where the host has a cgroup v2 hierarchy, alone or beside v1. */
function cgroup2Root(): string | undefined {
  return Deno.readTextFileSync("/proc/self/mountinfo").split("\n")
    .find((line) => line.includes(" - cgroup2 "))?.split(" ")[4];
}

rootTest("launch() starts the child in a cgroup", () => {
  const root = cgroup2Root();
  if (root === undefined) throw new Error("No cgroup v2 on this host");
  const path = `${root}/tsdocker-test-${crypto.randomUUID()}`;
  Deno.mkdirSync(path);
  try {
    using cgroup = new Fd(
      syscall("openat", -100, path, 0o2000000 | 0o200000, 0),
    );
    using launcher = new NativeLauncher();
    const name = path.slice(path.lastIndexOf("/"));
    const launched = launcher.launch({
      cloneFlags: 0n,
      cgroup,
      records: shell(`grep -q '^0::.*${name}$' /proc/self/cgroup`),
      results: new Map(),
    });
    assert.ok(launched.kind === "started", Deno.inspect(launched));
    assert.equal(exitStatus(launched.pidfd), 0);
  } finally {
    Deno.removeSync(path);
  }
});

rootTest(
  "launch() works a thousand times under garbage collection and signals",
  async () => {
    const LAUNCHES = 1000;
    using launcher = new NativeLauncher();
    let received = 0;
    const count = (): void => void received++;
    // One that arrives after its listener has gone is ignored.
    Deno.addSignalListener("SIGURG", count);
    const storm = new Deno.Command("/bin/sh", {
      args: ["-c", `while kill -URG ${Deno.pid}; do :; done`],
      stdin: "null",
      stderr: "null",
    }).spawn();
    try {
      assert.equal(run(launcher, NAMESPACES, [PRIVATE_ROOT, ...shell(":")]), 0);
      const before = openDescriptors();
      let garbage: unknown[] = [];
      for (let index = 0; index < LAUNCHES; index++) {
        garbage = Array.from({ length: 5000 }, (_, i) => ({ i, s: `x${i}` }));
        const status = index % 5;
        assert.equal(
          run(launcher, NAMESPACES, [PRIVATE_ROOT, ...shell(`exit ${status}`)]),
          status,
        );
        // Lets timers, listeners and the collector's tasks run in between.
        if (index % 20 === 0) await new Promise((done) => setTimeout(done));
      }
      assert.equal(garbage.length, 5000);
      assert.equal(openDescriptors(), before);
      assert.ok(received > 0, "the storm has reached us");
    } finally {
      storm.kill("SIGKILL");
      await storm.status;
      Deno.removeSignalListener("SIGURG", count);
    }
  },
);

rootTest("launch() leaves nothing of a thousand failures", () => {
  using launcher = new NativeLauncher();
  const before = openDescriptors();
  const memory = (): number =>
    Deno.readTextFileSync("/proc/self/maps").split("\n").length;
  const mappings = memory();
  for (let index = 0; index < 1000; index++) {
    const launched = launcher.launch({
      cloneFlags: NAMESPACES,
      records: [{ call: "chdir", args: ["/nonexistent"] }, ...shell(":")],
      results: new Map(),
    });
    assert.equal(launched.kind === "failed" && launched.errno, ERRNO.ENOENT);
  }
  assert.equal(openDescriptors(), before);
  assert.ok(memory() < mappings + 100, "mappings are given back");
  const children = Deno.readTextFileSync("/proc/thread-self/children");
  assert.equal(children.trim(), "");
});
