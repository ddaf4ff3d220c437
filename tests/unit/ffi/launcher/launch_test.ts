/** @module */
import assert from "node:assert/strict";
import { createPipe, readAllSync } from "../../../../ffi/calls/pipe.ts";
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import {
  RESET_SIGNALS,
  UNBLOCK_SIGNALS,
} from "../../../../ffi/launcher/child_signals.ts";
import {
  type Launched,
  NativeLauncher,
} from "../../../../ffi/launcher/launcher.ts";
import type { SyscallRecord } from "../../../../ffi/record.ts";
import { exitStatus, openDescriptors } from "../../../support/processes.ts";

const SHELL = "/bin/sh";
const MISSING = "/nonexistent/program";

function execve(
  program: string,
  args: readonly string[],
  environment: readonly string[] = [],
): SyscallRecord {
  return {
    call: "execve",
    args: [
      program,
      { words: [...args, 0] },
      { words: [...environment, 0] },
    ],
  };
}

function shell(script: string): SyscallRecord[] {
  return [
    ...RESET_SIGNALS,
    UNBLOCK_SIGNALS,
    execve(SHELL, ["sh", "-c", script]),
  ];
}

function launch(
  records: readonly SyscallRecord[],
  trace?: "times",
): Launched {
  using launcher = new NativeLauncher();
  const options = { cloneFlags: 0n, records, results: new Map() };
  return launcher.launch(
    trace === undefined ? options : { ...options, trace },
  );
}

function started(launched: Launched): Launched & { kind: "started" } {
  assert.equal(launched.kind, "started", Deno.inspect(launched));
  return launched as Launched & { kind: "started" };
}

/** What a launched child printed. */
function outputOf(
  recordsFor: (redirect: SyscallRecord) => readonly SyscallRecord[],
): string {
  using pipe = createPipe();
  const launched = launch(
    recordsFor({ call: "dup3", args: [pipe.writable.number, 1, 0] }),
  );
  pipe.writable[Symbol.dispose]();
  const output = new TextDecoder().decode(readAllSync(pipe.readable));
  assert.equal(exitStatus(started(launched).pidfd), 0);
  return output;
}

function signalLine(status: string, name: string): bigint {
  const digits = new RegExp(`^${name}:\\s*([0-9a-f]+)$`, "m").exec(status)?.[1];
  return BigInt(`0x${digits}`);
}

Deno.test("NativeLauncher.launch() starts a program and gives its descriptor", () => {
  const before = openDescriptors();
  const { pid, pidfd, trace } = started(launch(shell("exit 42")));
  assert.ok(pid > 0 && pid !== Deno.pid);
  const info = Deno.readTextFileSync(`/proc/self/fdinfo/${pidfd.number}`);
  assert.match(info, new RegExp(`^Pid:\\s*${pid}$`, "m"));
  assert.match(info, /^flags:\s*02\d{6}$/m, "close-on-exec");
  assert.deepEqual(trace, []);
  assert.equal(exitStatus(pidfd), 42);
  assert.equal(openDescriptors(), before);
});

Deno.test("NativeLauncher.launch() passes arguments and environment", () => {
  const output = outputOf((redirect) => [
    redirect,
    execve(
      SHELL,
      ["sh", "-c", 'printf "%s|" "$0" "$@" "$A" "$B"', "zero", "", "ä b"],
      ["A=1", "B=two words"],
    ),
  ]);
  assert.equal(output, "zero||ä b|1|two words|");
});

Deno.test("NativeLauncher.launch() starts the child with clean signals", () => {
  const status = outputOf((redirect) => [
    redirect,
    ...RESET_SIGNALS,
    UNBLOCK_SIGNALS,
    execve("/bin/cat", ["cat", "/proc/self/status"]),
  ]);
  assert.equal(signalLine(status, "SigIgn"), 0n);
  assert.equal(signalLine(status, "SigBlk"), 0n);
  assert.equal(signalLine(status, "SigCgt"), 0n);
});

Deno.test("NativeLauncher.launch() blocks every signal until told otherwise", () => {
  const status = outputOf((redirect) => [
    redirect,
    execve("/bin/cat", ["cat", "/proc/self/status"]),
  ]);
  const SIGKILL_AND_SIGSTOP = 1n << 8n | 1n << 18n;
  assert.equal(
    signalLine(status, "SigBlk"),
    0xffff_ffff_ffff_ffffn & ~SIGKILL_AND_SIGSTOP,
  );
});

Deno.test("NativeLauncher.launch() starts the child without our handlers", () => {
  let received = 0;
  const listener = (): void => void received++;
  Deno.addSignalListener("SIGUSR2", listener);
  try {
    const SIGUSR2 = 12;
    const launched = launch([
      UNBLOCK_SIGNALS,
      { call: "getpid", args: [], as: "pid" },
      { call: "kill", args: [{ result: "pid" }, SIGUSR2] },
      { call: "exit_group", args: [0] },
    ]);
    assert.equal(exitStatus(started(launched).pidfd), 128 + SIGUSR2);
    assert.equal(received, 0);
  } finally {
    Deno.removeSignalListener("SIGUSR2", listener);
  }
});

Deno.test("NativeLauncher.launch() restores the caller's signal mask", () => {
  const blocked = (): bigint =>
    signalLine(Deno.readTextFileSync("/proc/thread-self/status"), "SigBlk");
  const before = blocked();
  const SIGTERM_BIT = 1n << 14n;
  assert.equal(before & SIGTERM_BIT, 0n, "earlier launches restored it too");
  assert.equal(exitStatus(started(launch(shell("true"))).pidfd), 0);
  assert.equal(blocked(), before);
  assert.equal(launch([execve(MISSING, ["x"])]).kind, "failed");
  assert.equal(blocked(), before);
});

Deno.test("NativeLauncher.launch() reports the failing record and reaps the child", () => {
  const before = openDescriptors();
  const launched = launch([
    UNBLOCK_SIGNALS,
    { call: "chdir", args: [MISSING] },
    execve(SHELL, ["sh"]),
  ]);
  assert.deepEqual(launched, {
    kind: "failed",
    index: 1,
    errno: ERRNO.ENOENT,
    trace: [],
  });
  assert.equal(openDescriptors(), before);
  const children = Deno.readTextFileSync("/proc/thread-self/children");
  assert.equal(children.trim(), "");
});

Deno.test("NativeLauncher.launch() reports a failing execve", () => {
  const directory = launch([execve("/", ["x"])]);
  assert.deepEqual(directory, {
    kind: "failed",
    index: 0,
    errno: ERRNO.EACCES,
    trace: [],
  });
});

Deno.test("NativeLauncher.launch() searches with tolerated execves", () => {
  const missing = { ...execve(MISSING, ["sh"]), tolerate: ["ENOENT"] } as const;
  const launched = launch([
    missing,
    missing,
    ...shell("exit 3"),
  ]);
  assert.equal(exitStatus(started(launched).pidfd), 3);
});

Deno.test("NativeLauncher.launch() fails with the last tolerated execve", () => {
  const missing = { ...execve(MISSING, ["sh"]), tolerate: ["ENOENT"] } as const;
  for (const trace of [undefined, "times"] as const) {
    const launched = launch([missing, missing], trace);
    assert.equal(launched.kind, "failed");
    assert.ok(launched.kind === "failed");
    assert.equal(launched.index, 1);
    assert.equal(launched.errno, ERRNO.ENOENT);
  }
});

Deno.test("NativeLauncher.launch() reports a refused clone3 as index -1", () => {
  using launcher = new NativeLauncher();
  const CLONE_THREAD = 0x10000n;
  const launched = launcher.launch({
    cloneFlags: CLONE_THREAD,
    records: shell("true"),
    results: new Map(),
  });
  assert.deepEqual(launched, {
    kind: "failed",
    index: -1,
    errno: ERRNO.EINVAL,
    trace: [],
  });
});

Deno.test("NativeLauncher.launch() may end in exit_group", () => {
  const launched = launch([{ call: "exit_group", args: [7] }]);
  assert.equal(exitStatus(started(launched).pidfd), 7);
});

Deno.test("NativeLauncher.launch() refuses records that end in anything else", () => {
  assert.throws(() => launch([]), TypeError);
  assert.throws(() => launch([UNBLOCK_SIGNALS]), {
    name: "TypeError",
    message: "A child's records end in rt_sigprocmask, not in execve",
  });
});

Deno.test("NativeLauncher.launch() hands results from call to call in the child", () => {
  const file = Deno.makeTempFileSync();
  try {
    const O_WRONLY = 1;
    const results = new Map([["status", 5]]);
    using launcher = new NativeLauncher();
    const launched = launcher.launch({
      cloneFlags: 0n,
      records: [
        { call: "openat", args: [-100, file, O_WRONLY], as: "file" },
        { call: "dup3", args: [{ result: "file" }, 1, 0] },
        { call: "close", args: [{ result: "file" }] },
        ...shell("echo written; exit 6"),
      ],
      results,
    });
    assert.equal(exitStatus(started(launched).pidfd), 6);
    assert.equal(Deno.readTextFileSync(file), "written\n");
    assert.ok((results.get("file") ?? 0) > 2, "left for the parent to see");
  } finally {
    Deno.removeSync(file);
  }
});

Deno.test("NativeLauncher.launch() traces up to and with the execve", () => {
  const missing = { ...execve(MISSING, ["sh"]), tolerate: ["ENOENT"] } as const;
  const launched = started(
    launch(
      [UNBLOCK_SIGNALS, missing, execve(SHELL, ["sh", "-c", ":"])],
      "times",
    ),
  );
  assert.equal(exitStatus(launched.pidfd), 0);
  assert.deepEqual(
    launched.trace.map(({ index, result }) => [index, result]),
    [[0, 0], [1, -ERRNO.ENOENT], [2, 0]],
  );
  for (const { ns } of launched.trace) assert.ok(ns > 0 && ns < 5e9);
});

Deno.test("NativeLauncher.launch() traces up to and with the failure", () => {
  const launched = launch([
    UNBLOCK_SIGNALS,
    { call: "chdir", args: [MISSING] },
    execve(SHELL, ["sh"]),
  ], "times");
  assert.equal(launched.kind === "failed" && launched.index, 1);
  assert.deepEqual(
    launched.trace.map(({ index, result }) => [index, result]),
    [[0, 0], [1, -ERRNO.ENOENT]],
  );
});

Deno.test("NativeLauncher.launch() passes thousands of variables", () => {
  const environment = Array.from({ length: 5000 }, (_, i) => `V${i}=${i}`);
  const output = outputOf((redirect) => [
    redirect,
    UNBLOCK_SIGNALS,
    execve("/usr/bin/env", ["env"], environment),
  ]);
  assert.equal(output, environment.map((line) => `${line}\n`).join(""));
});

Deno.test("NativeLauncher.launch() passes an argument as long as Linux allows", () => {
  const LONGEST = 128 * 1024 - 1;
  const output = outputOf((redirect) => [
    redirect,
    UNBLOCK_SIGNALS,
    execve(SHELL, ["sh", "-c", "echo ${#1}", "sh", "x".repeat(LONGEST)]),
  ]);
  assert.equal(output, `${LONGEST}\n`);
});

Deno.test("NativeLauncher.launch() reports an argument too long as E2BIG", () => {
  const launched = launch([
    execve(SHELL, ["sh", "-c", "true", "x".repeat(128 * 1024)]),
  ]);
  assert.deepEqual(launched, {
    kind: "failed",
    index: 0,
    errno: ERRNO.E2BIG,
    trace: [],
  });
});

Deno.test("NativeLauncher.launch() reports arguments too many as E2BIG", () => {
  const args = Array.from({ length: 100 }, () => "x".repeat(120 * 1024));
  const launched = launch([execve(SHELL, ["sh", "-c", "true", ...args])]);
  assert.equal(launched.kind === "failed" && launched.errno, ERRNO.E2BIG);
});
