/**
 * Compiled seccomp filters in the kernel: it takes them, and decides by them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ARCH } from "../../../../ffi/arch/arch.ts";
import { createPipe, readAllSync } from "../../../../ffi/calls/pipe.ts";
import { ERRNO, type ErrnoName } from "../../../../ffi/constants/errno.ts";
import { CLONE } from "../../../../ffi/constants/sched.ts";
import { SIGNALS } from "../../../../ffi/constants/signal.ts";
import { AF } from "../../../../ffi/constants/socket.ts";
import {
  RESET_SIGNALS,
  UNBLOCK_SIGNALS,
} from "../../../../ffi/launcher/child_signals.ts";
import {
  type Launched,
  NativeLauncher,
} from "../../../../ffi/launcher/launcher.ts";
import type { SyscallRecord } from "../../../../ffi/record.ts";
import { DEFAULT_CAPABILITIES } from "../../../../lib/engine/capabilities.ts";
import { seccompStep } from "../../../../lib/runtime/plan/seccomp.ts";
import { seccompFilter } from "../../../../lib/runtime/security/seccomp/filter.ts";
import { parseSeccompProfile } from "../../../../lib/runtime/security/seccomp/parse_profile.ts";
import type { SeccompProfile } from "../../../../lib/runtime/security/seccomp/profile.ts";
import { exitStatus } from "../../../support/processes.ts";
import { rootTest } from "../../../support/root.ts";

const SOCK_STREAM = 1;
const ADDR_NO_RANDOMIZE = 0x40000;
const ASK_PERSONALITY = 0xffffffff;

/** The step that installs the filter of a choice, as a container gets it. */
async function install(
  choice: "default" | SeccompProfile,
): Promise<SyscallRecord> {
  const { call, args } = seccompStep(
    await seccompFilter(choice, {
      capabilities: new Set(DEFAULT_CAPABILITIES),
      architecture: ARCH,
      kernel: { major: 6, minor: 0 },
    }),
  );
  return { call, args };
}

function launch(
  records: readonly SyscallRecord[],
  results: Map<string, number> = new Map(),
): Launched {
  using launcher = new NativeLauncher();
  return launcher.launch({ cloneFlags: 0n, records, results });
}

function execute(script: string): SyscallRecord {
  return {
    call: "execve",
    args: ["/bin/sh", { words: ["sh", "-c", script, 0] }, {
      words: ["PATH=/usr/bin:/bin", 0],
    }],
  };
}

/** What a script under a filter wrote, and how it ended. */
function runUnder(
  filter: SyscallRecord,
  script: string,
): { output: string; status: number } {
  using pipe = createPipe();
  const launched = launch([
    ...RESET_SIGNALS,
    UNBLOCK_SIGNALS,
    { call: "dup3", args: [{ result: "output" }, 1, 0] },
    { call: "dup3", args: [{ result: "output" }, 2, 0] },
    filter,
    execute(script),
  ], new Map([["output", pipe.writable.number]]));
  pipe.writable[Symbol.dispose]();
  assert.ok(launched.kind === "started", Deno.inspect(launched));
  const output = new TextDecoder().decode(readAllSync(pipe.readable));
  return { output: output.trim(), status: exitStatus(launched.pidfd) };
}

/** Calls that fail otherwise, if at all, where nothing refuses them. */
const REFUSED: readonly [SyscallRecord, ErrnoName][] = [
  [{ call: "mount", args: [null, null, null, 0, null] }, "EPERM"],
  [{ call: "umount2", args: ["/nowhere", 0] }, "EPERM"],
  [{ call: "pivot_root", args: ["/nowhere", "/nowhere"] }, "EPERM"],
  [{ call: "unshare", args: [CLONE.CLONE_NEWUSER] }, "EPERM"],
  [{ call: "setns", args: [-1, 0] }, "EPERM"],
  [{ call: "bpf", args: [-1, null, 0] }, "EPERM"],
  [{ call: "keyctl", args: [-1] }, "EPERM"],
  [{ call: "fsopen", args: ["nothing", 0] }, "EPERM"],
  [{ call: "open_tree", args: [-1, "nowhere", 0] }, "EPERM"],
  [{ call: "mount_setattr", args: [-1, null, 0, null, 0] }, "EPERM"],
  [{ call: "personality", args: [ADDR_NO_RANDOMIZE] }, "EPERM"],
  [{ call: "socket", args: [AF.AF_VSOCK, SOCK_STREAM, 0] }, "EPERM"],
  [{ call: "clone3", args: [null, 0] }, "ENOSYS"],
];

for (const [record, errno] of REFUSED) {
  rootTest(`the default filter ends ${record.call}() in ${errno}`, async () => {
    const filter = await install("default");
    const launched = launch([filter, record, execute("true")]);
    assert.deepEqual(launched, {
      kind: "failed",
      index: 1,
      errno: ERRNO[errno],
      trace: [],
    });
  });
}

rootTest(
  "the default filter lets a program run, which sees that it has one",
  async () => {
    const { output, status } = runUnder(
      await install("default"),
      "grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status; cd / && ls -d /proc",
    );
    assert.deepEqual(output.split("\n").map((line) => line.split(/\s+/)), [
      ["NoNewPrivs:", "0"],
      ["Seccomp:", "2"],
      ["/proc"],
    ]);
    assert.equal(status, 0);
  },
);

rootTest(
  "the default filter lets through what its conditions allow",
  async () => {
    const launched = launch([
      await install("default"),
      { call: "personality", args: [ASK_PERSONALITY] },
      { call: "socket", args: [AF.AF_UNIX, SOCK_STREAM, 0] },
      execute("true"),
    ]);
    assert.ok(launched.kind === "started", Deno.inspect(launched));
    assert.equal(exitStatus(launched.pidfd), 0);
  },
);

rootTest("a profile's own error reaches the program", async () => {
  const profile = parseSeccompProfile(JSON.stringify({
    defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [{
      names: ["mkdir", "mkdirat"],
      action: "SCMP_ACT_ERRNO",
      errno: "ENOSPC",
    }],
  }));
  const { output, status } = runUnder(
    await install(profile),
    "LC_ALL=C mkdir /proc/nothing",
  );
  assert.match(output, /No space left on device/);
  assert.notEqual(status, 0);
});

for (const action of ["SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRAP"]) {
  rootTest(`${action} ends the program with SIGSYS`, async () => {
    const profile = parseSeccompProfile(JSON.stringify({
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{ name: "chdir", action }],
    }));
    const { output, status } = runUnder(
      await install(profile),
      "echo before; cd /; echo after",
    );
    assert.equal(output, "before");
    assert.equal(status, 128 + SIGNALS.SIGSYS);
  });
}

rootTest("every flag a profile may have is one the kernel takes", async () => {
  const profile: SeccompProfile = {
    defaultAction: "SCMP_ACT_ALLOW",
    flags: [
      "SECCOMP_FILTER_FLAG_TSYNC",
      "SECCOMP_FILTER_FLAG_LOG",
      "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
      "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
    ],
    syscalls: [],
  };
  assert.equal(runUnder(await install(profile), "true").status, 0);
});

rootTest(
  "the kernel takes a filter of nearly as many instructions as it can",
  async () => {
    const profile: SeccompProfile = {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{
        names: ["bpf"],
        action: "SCMP_ACT_ERRNO",
        args: Array.from({ length: 650 }, (_, index) => ({
          index: 0,
          value: 1_000_000 + index,
          op: "SCMP_CMP_GT",
        })),
      }],
    };
    const filter = await install(profile);
    assert.equal(runUnder(filter, "true").status, 0);
  },
);
