/** @module */
import assert from "node:assert/strict";
import { NativeLauncher } from "../../../../ffi/launcher/launcher.ts";
import { syscall } from "../../../../ffi/syscall.ts";
import type { Results } from "../../../../ffi/record.ts";
import { openDescriptors } from "../../../support/processes.ts";
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import { SyscallError } from "../../../../ffi/errno.ts";
import { StartError } from "../../../../lib/base/errors.ts";
import type { PrepareStep } from "../../../../lib/runtime/plan/step.ts";
import { prepare } from "../../../../lib/runtime/rootfs/prepare.ts";

const CHANGE: PrepareStep = {
  call: "umask",
  args: [0o123],
  as: "umask",
  why: "a test",
};
const RESTORE: PrepareStep = {
  call: "umask",
  args: [{ result: "umask" }],
  always: "also on failure",
  why: "a test",
};
const FAIL: PrepareStep = {
  call: "chdir",
  args: ["/nonexistent"],
  why: "a test",
};

function umask(): number {
  const mask = syscall("umask", 0);
  syscall("umask", mask);
  return mask;
}

function run(...steps: PrepareStep[]): Results {
  const results: Results = new Map();
  using owner = new DisposableStack();
  prepare(steps, results, owner);
  return results;
}

/** The same, as many of the steps at once as can be. */
function runNatively(...steps: PrepareStep[]): Results {
  const results: Results = new Map();
  using owner = new DisposableStack();
  using native = new NativeLauncher();
  assert.deepEqual(prepare(steps, results, owner, native), []);
  return results;
}

for (
  const [way, runSteps] of [["", run], [" natively", runNatively]] as const
) {
  Deno.test(`prepare()${way} makes the steps in order and keeps their results`, () => {
    const before = umask();
    const results = runSteps(CHANGE, { ...CHANGE, as: "changed" }, RESTORE);
    assert.equal(results.get("umask"), before);
    assert.equal(results.get("changed"), 0o123);
    assert.equal(umask(), before);
  });

  Deno.test(`prepare()${way} puts back what was changed before a step fails`, () => {
    const before = umask();
    assert.throws(
      () => runSteps(CHANGE, FAIL, { ...FAIL }, RESTORE),
      (error) =>
        error instanceof StartError &&
        error.message ===
          'Cannot prepare the container: chdir("/nonexistent"): ' +
            "ENOENT (no such file or directory)" &&
        error.cause instanceof SyscallError && error.cause.code === "ENOENT",
    );
    assert.equal(umask(), before);
  });

  Deno.test(`prepare()${way} puts nothing back that has not been changed`, () => {
    const before = umask();
    assert.throws(() => runSteps(FAIL, CHANGE, RESTORE), StartError);
    assert.equal(umask(), before);
  });

  Deno.test(`prepare()${way} does not take a setting for a descriptor to close`, () => {
    const before = umask();
    // A mask of 0: the number of our standard input.
    runSteps({ ...CHANGE, args: [0] }, { ...CHANGE, as: "zero" }, {
      call: "umask",
      args: [{ result: "umask" }],
      why: "a test",
    });
    assert.equal(umask(), before);
    assert.ok(syscall("fcntl", 0, 1) >= 0, "it is still open");
  });

  Deno.test(`prepare()${way} has what steps open closed, also when one fails`, () => {
    const open: PrepareStep = {
      call: "openat",
      args: [-100, "/", 0],
      as: "root",
      why: "a test",
    };
    const before = openDescriptors();
    const results = runSteps(open, {
      call: "openat",
      args: [{ result: "root" }, "proc", 0],
      as: "proc",
      why: "a test",
    });
    assert.ok((results.get("proc") ?? -1) > (results.get("root") ?? Infinity));
    assert.deepEqual(openDescriptors(), before);
    assert.throws(() =>
      runSteps(open, { ...open, as: "again" }, FAIL, RESTORE)
    );
    assert.deepEqual(openDescriptors(), before);
  });

  Deno.test(`prepare()${way} has each of those closed that had the same name`, () => {
    const open: PrepareStep = {
      call: "openat",
      args: [-100, "/", 0],
      as: "root",
      why: "a test",
    };
    const before = openDescriptors();
    const other = { ...open, as: "other" };
    runSteps(open, other, open, other);
    assert.deepEqual(openDescriptors(), before);
    assert.throws(() => runSteps(open, other, open, FAIL), StartError);
    assert.deepEqual(openDescriptors(), before);
  });

  Deno.test(`prepare()${way} goes on after an error that a step tolerates`, () => {
    const results = runSteps({ ...FAIL, as: "none", tolerate: ["ENOENT"] }, {
      call: "getpid",
      args: [],
      as: "pid",
      why: "a test",
    });
    assert.equal(results.get("none"), -ERRNO.ENOENT);
  });
}
