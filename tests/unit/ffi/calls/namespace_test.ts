/** @module */
import assert from "node:assert/strict";
import {
  type NamespaceFile,
  openOwnNamespace,
  setns,
  unshare,
} from "../../../../ffi/calls/namespace.ts";
import { createPipe } from "../../../../ffi/calls/pipe.ts";
import { CLONE } from "../../../../ffi/constants/sched.ts";
import { isSyscallError } from "../../../../ffi/errno.ts";
import { syscall } from "../../../../ffi/syscall.ts";

const KINDS: readonly NamespaceFile[] = [
  "mnt",
  "pid",
  "net",
  "ipc",
  "uts",
  "cgroup",
];
const F_GETFD = 1;
const FD_CLOEXEC = 1;

for (const kind of KINDS) {
  Deno.test(`openOwnNamespace() opens the ${kind} namespace, close-on-exec`, () => {
    using namespace = openOwnNamespace(kind);
    assert.equal(
      Deno.readLinkSync(namespace.path),
      Deno.readLinkSync(`/proc/thread-self/ns/${kind}`),
    );
    assert.equal(syscall("fcntl", namespace.number, F_GETFD), FD_CLOEXEC);
  });
}

Deno.test("setns() refuses what is no namespace, or of another kind", () => {
  using pipe = createPipe();
  assert.throws(
    () => setns(pipe.readable, CLONE.CLONE_NEWNET),
    (error) => isSyscallError(error, "EINVAL"),
  );
  using uts = openOwnNamespace("uts");
  assert.throws(
    () => setns(uts, CLONE.CLONE_NEWNET),
    (error) => isSyscallError(error, "EINVAL"),
  );
});

Deno.test("unshare() of nothing changes nothing", () => {
  const before = Deno.readLinkSync("/proc/thread-self/ns/mnt");
  unshare(0);
  assert.equal(Deno.readLinkSync("/proc/thread-self/ns/mnt"), before);
});

Deno.test("unshare() names the refusal of a user namespace in a threaded process", () => {
  assert.throws(
    () => unshare(CLONE.CLONE_NEWUSER),
    (error) => isSyscallError(error, "EINVAL") && error.call === "unshare",
  );
});
