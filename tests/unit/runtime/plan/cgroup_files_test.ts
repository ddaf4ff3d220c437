/** @module */
import assert from "node:assert/strict";
import { fileSteps } from "../../../../lib/runtime/plan/cgroup_files.ts";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";

Deno.test("fileSteps() opens a file under its own name, and writes it", () => {
  const steps = fileSteps("/cg/box", [{
    file: "memory.max",
    value: "6291456",
  }]);
  assert.deepEqual(steps.map(describeStep), [
    'openat(AT_FDCWD, "/cg/box/memory.max", O_WRONLY|O_CLOEXEC)',
    'write($memory.max, "6291456", 7)',
  ]);
  assert.equal(steps[0]?.as, "memory.max");
  assert.equal(steps[1]?.why, steps[0]?.why);
});

Deno.test("fileSteps() opens a file once for several writes in a row", () => {
  const steps = fileSteps("/cg/box", [
    { file: "devices.deny", value: "a" },
    { file: "devices.allow", value: "c 1:3 rwm" },
    { file: "devices.allow", value: "c 1:5 rwm" },
    { file: "devices.deny", value: "c 1:8 r" },
  ]);
  assert.deepEqual(steps.map(describeStep), [
    'openat(AT_FDCWD, "/cg/box/devices.deny", O_WRONLY|O_CLOEXEC)',
    'write($devices.deny, "a", 1)',
    'openat(AT_FDCWD, "/cg/box/devices.allow", O_WRONLY|O_CLOEXEC)',
    'write($devices.allow, "c 1:3 rwm", 9)',
    'write($devices.allow, "c 1:5 rwm", 9)',
    'openat(AT_FDCWD, "/cg/box/devices.deny", O_WRONLY|O_CLOEXEC)',
    'write($devices.deny, "c 1:8 r", 7)',
  ]);
});

Deno.test("fileSteps() tolerates both calls on a file that need not be", () => {
  const [open, write] = fileSteps("/cg/box", [
    { file: "memory.swap.max", value: "max", tolerate: ["ENOENT"] },
  ]);
  assert.deepEqual(open?.tolerate, ["ENOENT"]);
  assert.deepEqual(write?.tolerate, ["ENOENT", "EBADF"]);
  const [strict] = fileSteps("/cg/box", [{ file: "pids.max", value: "1" }]);
  assert.equal(strict?.tolerate, undefined);
});

Deno.test("fileSteps() opens again if only one of two writes is tolerated", () => {
  const steps = fileSteps("/cg/box", [
    { file: "x", value: "1", tolerate: ["ENOENT"] },
    { file: "x", value: "2" },
  ]);
  assert.deepEqual(steps.map(({ call }) => call), [
    "openat",
    "write",
    "openat",
    "write",
  ]);
});

Deno.test("fileSteps() takes over the reason that is given", () => {
  const [open] = fileSteps("/cg", [{ file: "x", value: "1", why: "so" }]);
  assert.equal(open?.why, "so");
  const [other] = fileSteps("/cg", [{ file: "x", value: "1" }]);
  assert.ok(other?.why);
});
