/** @module */
import assert from "node:assert/strict";
import { syscall } from "../../../../ffi/syscall.ts";
import type { Results } from "../../../../ffi/record.ts";
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

Deno.test("prepare() makes the steps in order and keeps their results", () => {
  const before = umask();
  const results = run(CHANGE, { ...CHANGE, as: "changed" }, RESTORE);
  assert.equal(results.get("umask"), before);
  assert.equal(results.get("changed"), 0o123);
  assert.equal(umask(), before);
});

Deno.test("prepare() puts back what was changed before a step fails", () => {
  const before = umask();
  assert.throws(() => run(CHANGE, FAIL, { ...FAIL }, RESTORE), StartError);
  assert.equal(umask(), before);
});

Deno.test("prepare() puts nothing back that has not been changed", () => {
  const before = umask();
  assert.throws(() => run(FAIL, CHANGE, RESTORE), StartError);
  assert.equal(umask(), before);
});

Deno.test("prepare() does not take a setting for a descriptor to close", () => {
  const before = umask();
  // A mask of 0: the number of our standard input.
  run({ ...CHANGE, args: [0] }, { ...CHANGE, as: "zero" }, {
    call: "umask",
    args: [{ result: "umask" }],
    why: "a test",
  });
  assert.equal(umask(), before);
  assert.ok(syscall("fcntl", 0, 1) >= 0, "it is still open");
});
