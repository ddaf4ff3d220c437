/**
 * The native launcher with a user namespace for the child: its parent maps the
 * ids while the child waits.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createPipe, readAllSync } from "../../ffi/calls/pipe.ts";
import { AMBIENT, PRCTL } from "../../ffi/constants/prctl.ts";
import { ERRNO } from "../../ffi/constants/errno.ts";
import { CLONE } from "../../ffi/constants/sched.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import {
  RESET_SIGNALS,
  UNBLOCK_SIGNALS,
} from "../../ffi/launcher/child_signals.ts";
import type { IdMapTexts } from "../../ffi/launcher/id_map_gate.ts";
import {
  type LaunchOptions,
  NativeLauncher,
} from "../../ffi/launcher/launcher.ts";
import type { SyscallRecord } from "../../ffi/record.ts";
import { syscall } from "../../ffi/syscall.ts";
import { exitStatus, openDescriptors } from "../support/processes.ts";
import { rootTest } from "../support/root.ts";

const NAMESPACES = BigInt(
  CLONE.CLONE_NEWUSER + CLONE.CLONE_NEWNS + CLONE.CLONE_NEWUTS +
    CLONE.CLONE_NEWIPC + CLONE.CLONE_NEWPID + CLONE.CLONE_NEWNET,
);
const MAPS: IdMapTexts = {
  uid: "0 300000 1000\n1000 500000 1\n",
  gid: "0 400000 65536\n",
};
const BECOME_ROOT: readonly SyscallRecord[] = [
  { call: "setgroups", args: [0, null] },
  { call: "setresgid", args: [0, 0, 0] },
  { call: "setresuid", args: [0, 0, 0] },
];

function shell(script: string): SyscallRecord[] {
  return [...RESET_SIGNALS, UNBLOCK_SIGNALS, {
    call: "execve",
    args: ["/bin/sh", { words: ["sh", "-c", script, 0] }, {
      words: ["PATH=/bin:/usr/bin", 0],
    }],
  }];
}

function options(records: readonly SyscallRecord[]): LaunchOptions {
  return {
    cloneFlags: NAMESPACES,
    idMaps: MAPS,
    records: [...BECOME_ROOT, ...records],
    results: new Map(),
  };
}

/** What a script prints in new namespaces with `MAPS`, as root inside. */
function outputOf(records: readonly SyscallRecord[], script: string): string {
  using launcher = new NativeLauncher();
  using pipe = createPipe();
  const redirect: SyscallRecord = {
    call: "dup3",
    args: [pipe.writable.number, 1, 0],
  };
  const launched = launcher.launch(
    options([redirect, ...records, ...shell(script)]),
  );
  pipe.writable[Symbol.dispose]();
  assert.ok(launched.kind === "started", Deno.inspect(launched));
  const output = new TextDecoder().decode(readAllSync(pipe.readable));
  assert.equal(exitStatus(launched.pidfd), 0, output);
  return output;
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

rootTest("launch() maps the ids of a user namespace", () => {
  using launcher = new NativeLauncher();
  let seen: { uid: string; gid: string; status: string } | undefined;
  const launched = launcher.launch({
    ...options(shell("exit 7")),
    onMapped(pid): void {
      seen = {
        uid: Deno.readTextFileSync(`/proc/${pid}/uid_map`),
        gid: Deno.readTextFileSync(`/proc/${pid}/gid_map`),
        status: Deno.readTextFileSync(`/proc/${pid}/status`),
      };
    },
  });
  assert.ok(launched.kind === "started", Deno.inspect(launched));
  assert.equal(exitStatus(launched.pidfd), 7);
  assert.deepEqual(words(seen?.uid ?? ""), words(MAPS.uid));
  assert.deepEqual(words(seen?.gid ?? ""), words(MAPS.gid));
  assert.match(seen?.status ?? "", /^Uid:\t0\t/m, "it has done nothing yet");
});

rootTest("launch() gives the new user namespace the other new ones", () => {
  const output = outputOf([
    // Needs CAP_SYS_ADMIN in the owner of the pid namespace, and the others.
    {
      call: "mount",
      args: [null, "/", null, { value: 0x44000, text: "MS_REC|MS_PRIVATE" }],
    },
    { call: "mount", args: ["proc", "/proc", "proc", 14, null] },
    { call: "sethostname", args: ["launched", 8] },
  ], "id -u; id -g; echo $$; uname -n; cat /proc/self/setgroups");
  assert.deepEqual(words(output), ["0", "0", "1", "launched", "allow"]);
});

rootTest("launch() shows the host the mapped user", () => {
  using launcher = new NativeLauncher();
  using gate = createPipe();
  const launched = launcher.launch(options([
    { call: "dup3", args: [gate.readable.number, 0, 0] },
    { call: "setresuid", args: [1000, 1000, 1000] },
    ...shell("read line"),
  ]));
  assert.ok(launched.kind === "started", Deno.inspect(launched));
  const status = Deno.readTextFileSync(`/proc/${launched.pid}/status`);
  gate[Symbol.dispose]();
  exitStatus(launched.pidfd);
  assert.match(status, /^Uid:\t500000\t500000\t500000\t500000$/m);
  assert.match(status, /^Gid:\t400000\t400000\t400000\t400000$/m);
});

rootTest("launch() reports which call failed behind the gate", () => {
  using launcher = new NativeLauncher();
  const launched = launcher.launch(options([
    { call: "setresuid", args: [5000, 5000, 5000] },
    ...shell(":"),
  ]));
  assert.deepEqual(launched, {
    kind: "failed",
    index: BECOME_ROOT.length,
    errno: ERRNO.EINVAL,
    trace: [],
  });
});

rootTest("launch() traces the calls behind the gate, not the gate", () => {
  using launcher = new NativeLauncher();
  const given = options(shell(":"));
  const launched = launcher.launch({ ...given, trace: "times" });
  assert.ok(launched.kind === "started", Deno.inspect(launched));
  assert.equal(exitStatus(launched.pidfd), 0);
  assert.deepEqual(
    launched.trace.map(({ index }) => index),
    given.records.map((_, index) => index),
  );
});

rootTest(
  "launch() keeps us dumpable when a child of mapped ids changes its user",
  () => {
    using launcher = new NativeLauncher();
    const launched = launcher.launch(options(shell(":")));
    assert.ok(launched.kind === "started", Deno.inspect(launched));
    assert.equal(exitStatus(launched.pidfd), 0);
    assert.equal(syscall("prctl", PRCTL.PR_GET_DUMPABLE), 1);
  },
);

rootTest(
  "launch() throws, and leaves no child, if the maps are refused",
  () => {
    using launcher = new NativeLauncher();
    const before = openDescriptors();
    const refused: readonly (readonly [IdMapTexts, "EINVAL"])[] = [
      [{ ...MAPS, uid: "0 300000 1000\n500 500000 1000\n" }, "EINVAL"],
      [{ ...MAPS, gid: "nonsense\n" }, "EINVAL"],
      [{ ...MAPS, uid: "" }, "EINVAL"],
      [{ ...MAPS, uid: `${MAPS.uid}${" ".repeat(4096)}\n` }, "EINVAL"],
    ];
    for (const [idMaps, name] of refused) {
      assert.throws(
        () => launcher.launch({ ...options(shell(":")), idMaps }),
        (error) => isSyscallError(error, name),
        JSON.stringify(idMaps),
      );
    }
    // A child without a new namespace has the maps of its parent, for ever.
    assert.throws(
      () => launcher.launch({ ...options(shell(":")), cloneFlags: 0n }),
      (error) => isSyscallError(error, "EPERM"),
    );
    assert.throws(
      () =>
        launcher.launch({
          ...options(shell(":")),
          onMapped(): void {
            throw new RangeError("of the caller");
          },
        }),
      RangeError,
    );
    assert.equal(openDescriptors(), before);
    const children = Deno.readTextFileSync("/proc/thread-self/children");
    assert.equal(children.trim(), "");
  },
);

rootTest(
  "launch() lets the container's root keep exactly its capabilities",
  () => {
    const output = outputOf([
      { call: "prctl", args: [PRCTL.PR_CAPBSET_DROP, 21] },
      {
        call: "prctl",
        args: [PRCTL.PR_CAP_AMBIENT, AMBIENT.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0],
      },
    ], "grep -E '^Cap(Eff|Bnd|Amb)' /proc/self/status");
    const [effective, bounding, ambient] = [...output.matchAll(/[0-9a-f]{16}/g)]
      .map(([mask]) => BigInt(`0x${mask}`));
    assert.equal(effective, bounding);
    assert.equal((effective ?? 0n) >> 21n & 1n, 0n, "CAP_SYS_ADMIN is gone");
    assert.equal(ambient, 0n);
  },
);

rootTest("launch() maps ids 200 times under garbage collection", async () => {
  using launcher = new NativeLauncher();
  const before = openDescriptors();
  let garbage: unknown[] = [];
  for (let index = 0; index < 200; index++) {
    garbage = Array.from({ length: 5000 }, (_, i) => ({ i, s: `x${i}` }));
    const launched = launcher.launch(options(shell(`exit ${index % 5}`)));
    assert.ok(launched.kind === "started", Deno.inspect(launched));
    assert.equal(exitStatus(launched.pidfd), index % 5);
    if (index % 20 === 0) await new Promise((done) => setTimeout(done));
  }
  assert.equal(garbage.length, 5000);
  assert.equal(openDescriptors(), before);
});
