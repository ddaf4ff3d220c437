/** @module */
import assert from "node:assert/strict";
import { SyscallError } from "../../../ffi/errno.ts";
import { Fd } from "../../../ffi/fd.ts";
import { lookUp, perform } from "../../../ffi/perform.ts";
import type { Results } from "../../../ffi/record.ts";
import { syscall } from "../../../ffi/syscall.ts";

const AT_FDCWD = { value: -100, text: "AT_FDCWD" };
const O_RDWR_CREAT = { value: 0o102 | 0o2000000, text: "O_RDWR|O_CREAT" };

Deno.test("perform() returns the kernel's result", () => {
  assert.equal(perform({ call: "getpid", args: [] }, new Map()), Deno.pid);
});

Deno.test("perform() leaves a result that later records name", () => {
  const path = Deno.makeTempFileSync();
  try {
    const results: Results = new Map();
    const fd = perform({
      call: "openat",
      args: [AT_FDCWD, path, O_RDWR_CREAT, 0o600],
      as: "file",
    }, results);
    using _ = new Fd(fd);
    assert.equal(results.get("file"), fd);
    const bytes = new TextEncoder().encode("hello");
    const written = perform({
      call: "write",
      args: [{ result: "file" }, { bytes, text: "hello" }, bytes.length],
      as: "written",
    }, results);
    assert.equal(written, 5);
    assert.equal(results.get("written"), 5);
    assert.equal(Deno.readTextFileSync(path), "hello");
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("perform() passes nested words by address", () => {
  const pair = new Int32Array(2);
  const AF_UNIX = 1;
  const SOCK_DGRAM = 2;
  syscall("socketpair", AF_UNIX, SOCK_DGRAM, 0, new Uint8Array(pair.buffer));
  using sender = new Fd(pair[0] ?? -1);
  using receiver = new Fd(pair[1] ?? -1);
  const message = { bytes: new TextEncoder().encode("vectors"), text: "…" };
  // struct msghdr and struct iovec are nothing but words.
  const iovec = { words: [message, { result: "length" }] };
  const msghdr = { words: [null, 0, iovec, 1, null, 0, 0] };
  const results: Results = new Map([["length", 7]]);
  const record = { call: "sendmsg", args: [sender.number, msghdr, 0] } as const;
  assert.equal(perform(record, results), 7);
  const received = new Uint8Array(16);
  assert.equal(syscall("read", receiver.number, received, 16), 7);
  assert.equal(new TextDecoder().decode(received.subarray(0, 7)), "vectors");
});

Deno.test("perform() encodes argv and envp of an execve", () => {
  // The program does not exist, so the kernel reads the path and gives up.
  assert.throws(
    () =>
      perform({
        call: "execve",
        args: ["/nonexistent/program", { words: ["a", "b", 0] }, {
          words: [0],
        }],
      }, new Map()),
    (error: unknown) =>
      error instanceof SyscallError && error.code === "ENOENT" &&
      error.args === '"/nonexistent/program", ["a", "b"], []',
  );
});

Deno.test("perform() returns a tolerated error negated and leaves it", () => {
  const results: Results = new Map();
  const record = {
    call: "chdir",
    args: ["/nonexistent/directory"],
    as: "chdir",
    tolerate: ["EACCES", "ENOENT"],
  } as const;
  assert.equal(perform(record, results), -2);
  assert.equal(results.get("chdir"), -2);
});

Deno.test("perform() throws what is not tolerated, and leaves nothing", () => {
  const results: Results = new Map();
  assert.throws(
    () =>
      perform({
        call: "chdir",
        args: ["/nonexistent/directory"],
        as: "chdir",
        tolerate: ["EACCES"],
      }, results),
    {
      name: "SyscallError",
      message:
        'chdir("/nonexistent/directory"): ENOENT (no such file or directory)',
    },
  );
  assert.equal(results.size, 0);
});

Deno.test("perform() takes strings longer than a page of memory", () => {
  assert.throws(
    () => perform({ call: "chdir", args: ["/".repeat(300_000)] }, new Map()),
    (error: unknown) =>
      error instanceof SyscallError && error.code === "ENAMETOOLONG",
  );
});

Deno.test("perform() refuses a string that holds a NUL", () => {
  assert.throws(
    () => perform({ call: "chdir", args: ["/\0etc"] }, new Map()),
    TypeError,
  );
});

Deno.test("lookUp() refuses a name nobody has set", () => {
  assert.equal(lookUp(new Map([["fd", 3]]), "fd"), 3);
  assert.throws(() => lookUp(new Map(), "fd"), {
    name: "TypeError",
    message: 'No result named "fd"',
  });
});
