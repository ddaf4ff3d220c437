/** @module */
import assert from "node:assert/strict";
import { closeDescriptor, syscallUnless } from "../../../ffi/syscall.ts";

Deno.test("syscallUnless() throws all errors but those that are answers", () => {
  const answers = ["ENOENT", "ENOTDIR"] as const;
  const chdir = (path: string): number | undefined =>
    syscallUnless(answers, "chdir", path);
  assert.equal(chdir("/nonexistent"), undefined);
  assert.equal(chdir("/dev/null/below"), undefined);
  assert.equal(chdir(Deno.cwd()), 0);
  assert.throws(() => chdir("x".repeat(300)), {
    name: "SyscallError",
    code: "ENAMETOOLONG",
    args: JSON.stringify("x".repeat(300)),
  });
});

Deno.test("closeDescriptor() closes, and says nothing about what is closed", () => {
  const number = syscallUnless([], "openat", -100, "/dev/null", 0, 0) ?? -1;
  closeDescriptor(number);
  assert.equal(syscallUnless(["EBADF"], "fchdir", number), undefined);
  closeDescriptor(number);
});
