/** @module */
import assert from "node:assert/strict";
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import { NativeLauncher } from "../../../../ffi/launcher/launcher.ts";
import {
  attemptInChild,
  attemptOnThread,
} from "../../../../lib/engine/doctor/attempt.ts";
import type {
  Answer,
  NewNamespace,
  Trial,
} from "../../../../lib/engine/doctor/host_probe.ts";
import { KernelProbe } from "../../../../lib/engine/doctor/kernel_probe.ts";
import { tryOverlay } from "../../../../lib/engine/doctor/overlay_trial.ts";
import { openMappedUserNamespace } from "../../../../lib/engine/doctor/user_namespace_trial.ts";
import { openDescriptors } from "../../../support/processes.ts";
import { rootTest } from "../../../support/root.ts";

const WORKS: Answer = { kind: "works" };
const NAMESPACES: readonly NewNamespace[] = [
  "CLONE_NEWNS",
  "CLONE_NEWPID",
  "CLONE_NEWNET",
  "CLONE_NEWIPC",
  "CLONE_NEWUTS",
  "CLONE_NEWCGROUP",
];
const FILES = ["mnt", "pid", "pid_for_children", "net", "ipc", "uts", "cgroup"];

/** Everything of this thread that a trial might change. */
function state(): unknown {
  return {
    namespaces: FILES.map((name) =>
      Deno.readLinkSync(`/proc/thread-self/ns/${name}`)
    ),
    mounts: Deno.readTextFileSync("/proc/thread-self/mountinfo"),
    cwd: Deno.cwd(),
    status: Deno.readTextFileSync("/proc/thread-self/status").split("\n")
      .filter((line) => /^(?:Cap|Seccomp|NoNewPrivs|Sig[BIC])/.test(line)),
    descriptors: openDescriptors(),
  };
}

/** Both ways to make a trial, which must come to the same. */
function bothWays(trial: Trial): Answer {
  using launcher = new NativeLauncher();
  const before = state();
  const child = attemptInChild(launcher, trial);
  const thread = attemptOnThread(trial, "no reason");
  assert.deepEqual(child, thread);
  assert.deepEqual(state(), before);
  return child;
}

for (const name of NAMESPACES) {
  rootTest(`a trial makes ${name}, and leaves it again`, () => {
    assert.deepEqual(bothWays({ born: [name] }), WORKS);
  });
}

rootTest("a trial makes all namespaces at once", () => {
  assert.deepEqual(bothWays({ born: NAMESPACES }), WORKS);
});

rootTest("a trial ends with the first call that is refused", () => {
  const answer = bothWays({
    calls: [
      { call: "getpid", args: [] },
      { call: "setns", args: [-1, 0] },
      { call: "chdir", args: ["/nonexistent"] },
    ],
  });
  assert.deepEqual(answer, {
    kind: "refused",
    reason: "setns: EBADF (bad file descriptor)",
    errno: ERRNO.EBADF,
  });
});

rootTest("a trial expects an error of its last call only", () => {
  const expects = [ERRNO.EBADF];
  const setns = { call: "setns", args: [-1, 0] } as const;
  const getpid = { call: "getpid", args: [] } as const;
  assert.deepEqual(bothWays({ calls: [getpid, setns], expects }), WORKS);
  assert.equal(bothWays({ calls: [setns, getpid], expects }).kind, "refused");
  // What succeeds in spite of that is there too.
  assert.deepEqual(bothWays({ calls: [getpid], expects }), WORKS);
});

rootTest("a trial closes what it has opened", () => {
  const args = [-100, "/dev/null", 0o2000000, 0];
  const calls = [{ call: "openat", args, as: "file" }] as const;
  assert.deepEqual(bothWays({ calls }), WORKS);
});

rootTest("a trial on a thread is not made if it would last", () => {
  const reason = "there is no launcher";
  const untried: Answer = { kind: "untried", reason };
  const calls = [{ call: "getpid", args: [] }] as const;
  assert.deepEqual(attemptOnThread({ calls, lasting: true }, reason), untried);
  // No thread of several can be born into one, or return from one.
  for (const name of ["CLONE_NEWUSER", "CLONE_NEWTIME"] as const) {
    assert.deepEqual(attemptOnThread({ born: [name] }, reason), untried);
  }
});

rootTest("a trial that is killed tells the signal", () => {
  using launcher = new NativeLauncher();
  const pid = { result: "pid" };
  const answer = attemptInChild(launcher, {
    calls: [
      { call: "getpid", args: [], as: "pid" },
      { call: "kill", args: [pid, 9] },
    ],
  });
  assert.deepEqual(answer, { kind: "refused", reason: "it ends in SIGKILL" });
});

rootTest("openMappedUserNamespace() leaves nothing but its descriptor", () => {
  using launcher = new NativeLauncher();
  const before = state();
  {
    using namespace = openMappedUserNamespace(launcher);
    const target = Deno.readLinkSync(namespace.path);
    assert.match(target, /^user:\[\d+\]$/);
    assert.notEqual(target, Deno.readLinkSync("/proc/self/ns/user"));
  }
  assert.deepEqual(state(), before);
});

rootTest("tryOverlay() leaves nothing, wherever it fails", () => {
  const directory = Deno.makeTempDirSync({ dir: "/var/tmp" });
  try {
    const before = state();
    const answers = tryOverlay(`${directory}/not/there/yet`);
    assert.deepEqual(answers, { mount: WORKS, changes: WORKS });
    assert.deepEqual([...Deno.readDirSync(directory)], []);
    // proc takes no directories.
    const { mount, changes } = tryOverlay("/proc/self");
    assert.equal(mount.kind, "refused");
    assert.deepEqual(mount, changes);
    assert.deepEqual(state(), before);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});

rootTest("KernelProbe tries all it can", () => {
  const directory = Deno.makeTempDirSync({ dir: "/var/tmp" });
  try {
    const before = state();
    {
      using probe = new KernelProbe({ root: directory, runRoot: directory });
      assert.deepEqual(probe.launchNatively(), WORKS);
      assert.deepEqual(probe.mountOverlay().changes, WORKS);
      assert.deepEqual(probe.makeDirectory(`${directory}/new`), WORKS);
      const { mountPoint = "" } = probe.surveyCgroups().hierarchies[0] ?? {};
      if (mountPoint !== "") {
        assert.deepEqual(probe.makeCgroup(mountPoint), WORKS);
      }
      assert.equal(probe.makeCgroup("/nonexistent").kind, "refused");
      // The kernel answers one way or the other.
      assert.notEqual(probe.askNftables().kind, "untried");
      assert.deepEqual(probe.makeBridge(), WORKS);
      assert.ok(Array.isArray(probe.findFirewalls()));
      assert.notEqual(probe.mapIds().mount.kind, "untried");
    }
    assert.deepEqual([...Deno.readDirSync(directory)], []);
    assert.deepEqual(state(), before);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});
