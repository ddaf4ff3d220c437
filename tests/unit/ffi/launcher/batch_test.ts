/** @module */
import assert from "node:assert/strict";
import { Fd } from "../../../../ffi/fd.ts";
import { NativeLauncher } from "../../../../ffi/launcher/launcher.ts";
import { syscall } from "../../../../ffi/syscall.ts";
import type { Results, SyscallRecord } from "../../../../ffi/record.ts";
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import { openDescriptors } from "../../../support/processes.ts";

const AT_FDCWD = { value: -100, text: "AT_FDCWD" };
const SEEK_SET = 0;
const PROT_READ = 1;
const MAP_PRIVATE = 2;
const MISSING = "/nonexistent/directory";

Deno.test("NativeLauncher.batch() makes the calls in order and leaves results", () => {
  using launcher = new NativeLauncher();
  const results: Results = new Map();
  const { failure, trace } = launcher.batch({
    records: [
      { call: "getpid", args: [], as: "pid" },
      { call: "kill", args: [{ result: "pid" }, 0], as: "kill" },
    ],
    results,
  });
  assert.equal(failure, undefined);
  assert.deepEqual([...results], [["pid", Deno.pid], ["kill", 0]]);
  assert.deepEqual(trace, []);
});

Deno.test("NativeLauncher.batch() passes numbers of all 64 bits on", () => {
  const SEEK_CUR = 1;
  const large = 2 ** 40 + 2 ** 32 - 1;
  const file = { result: "file" };
  const results = new Map<string, number>();
  using launcher = new NativeLauncher();
  const { failure } = launcher.batch({
    records: [
      { call: "memfd_create", args: ["numbers", 0], as: "file" },
      { call: "lseek", args: [file, large, SEEK_SET], as: "plain" },
      {
        call: "lseek",
        args: [file, { value: -2, text: "-2" }, SEEK_CUR],
        as: "negative",
      },
      { call: "lseek", args: [file, 5n, SEEK_CUR], as: "bigint" },
      { call: "close", args: [file] },
    ],
    results,
  });
  assert.equal(failure, undefined);
  assert.equal(results.get("plain"), large);
  assert.equal(results.get("negative"), large - 2);
  assert.equal(results.get("bigint"), large + 3);
  const records = [{ call: "lseek", args: [0, 0.5, 0] }] as const;
  assert.throws(() => launcher.batch({ records, results }), RangeError);
});

Deno.test("NativeLauncher.batch() does nothing for no records", () => {
  using launcher = new NativeLauncher();
  assert.equal(
    launcher.batch({ records: [], results: new Map() }).failure,
    undefined,
  );
});

Deno.test("NativeLauncher.batch() stops at the failing record", () => {
  using launcher = new NativeLauncher();
  const results: Results = new Map();
  const { failure } = launcher.batch({
    records: [
      { call: "getpid", args: [], as: "first" },
      { call: "chdir", args: [MISSING], as: "chdir" },
      { call: "getpid", args: [], as: "last" },
    ],
    results,
  });
  assert.deepEqual(failure, { index: 1, errno: ERRNO.ENOENT });
  assert.equal(results.get("chdir"), -ERRNO.ENOENT);
  assert.deepEqual([...results.keys()], ["first", "chdir"]);
});

for (let place = 0; place < 8; place++) {
  Deno.test(`NativeLauncher.batch() tolerates the error in place ${place} of eight`, () => {
    using launcher = new NativeLauncher();
    const tolerate = Array.from(
      { length: 8 },
      (_, index) => index === place ? "ENOENT" : "EPERM",
    );
    const record = { call: "chdir", args: [MISSING], tolerate, as: "chdir" };
    const results: Results = new Map();
    const { failure } = launcher.batch({
      records: [record as SyscallRecord, {
        call: "getpid",
        args: [],
        as: "pid",
      }],
      results,
    });
    assert.equal(failure, undefined);
    assert.equal(results.get("chdir"), -ERRNO.ENOENT);
    assert.equal(results.get("pid"), Deno.pid);
  });
}

Deno.test("NativeLauncher.batch() takes large error numbers for errors", () => {
  using launcher = new NativeLauncher();
  using file = new Fd(syscall("openat", -100, "/proc/self/exe", 0));
  const { failure } = launcher.batch({
    records: [{ call: "listen", args: [file.number, 1] }],
    results: new Map(),
  });
  assert.deepEqual(failure, { index: 0, errno: ERRNO.ENOTSOCK });
});

for (let position = 0; position < 6; position++) {
  Deno.test(`NativeLauncher.batch() loads argument ${position} alone from a cell`, () => {
    using launcher = new NativeLauncher();
    const literals = [0, 4096, PROT_READ, MAP_PRIVATE, -1, 4096];
    const results: Results = new Map();
    const args = literals.map((value, index) =>
      index === 4 ? { result: "file" } : value
    );
    const cell = position === 4 ? "opened" : "number";
    args[position] = { result: cell };
    const opened: SyscallRecord = {
      call: "openat",
      args: [AT_FDCWD, Deno.execPath(), 0],
      as: "opened",
    };
    // The descriptor is a value known before, unless it is the cell's turn.
    launcher.batch({ records: [{ ...opened, as: "file" }], results });
    const { failure } = launcher.batch({
      records: [
        opened,
        {
          call: "lseek",
          args: [{ result: "file" }, literals[position] ?? 0, SEEK_SET],
          as: "number",
          tolerate: ["EINVAL"],
        },
        { call: "mmap", args, as: "mapping" },
        { call: "munmap", args: [{ result: "mapping" }, 4096] },
        { call: "close", args: [{ result: "opened" }] },
        { call: "close", args: [{ result: "file" }] },
      ],
      results,
    });
    assert.equal(failure, undefined);
  });
}

Deno.test("NativeLauncher.batch() does not tolerate other errors", () => {
  using launcher = new NativeLauncher();
  const { failure } = launcher.batch({
    records: [{
      call: "chdir",
      args: [MISSING],
      tolerate: ["EPERM", "ENOTDIR", "EACCES"],
    }],
    results: new Map(),
  });
  assert.deepEqual(failure, { index: 0, errno: ERRNO.ENOENT });
});

Deno.test("NativeLauncher.batch() loads every argument from a cell", () => {
  using launcher = new NativeLauncher();
  const path = Deno.makeTempFileSync();
  Deno.truncateSync(path, 8192);
  try {
    // lseek() returns what it was given: it turns any number into a result.
    const number = (name: string, value: number): SyscallRecord => ({
      call: "lseek",
      args: [{ result: "file" }, value, SEEK_SET],
      as: name,
    });
    const results: Results = new Map();
    const { failure } = launcher.batch({
      records: [
        { call: "openat", args: [AT_FDCWD, path, 0], as: "file" },
        number("address", 0),
        number("length", 4096),
        number("protection", PROT_READ),
        number("flags", MAP_PRIVATE),
        number("offset", 4096),
        {
          call: "mmap",
          args: [
            { result: "address" },
            { result: "length" },
            { result: "protection" },
            { result: "flags" },
            { result: "file" },
            { result: "offset" },
          ],
          as: "mapping",
        },
      ],
      results,
    });
    assert.equal(failure, undefined);
    const start = (results.get("mapping") ?? 0).toString(16).padStart(8, "0");
    const maps = Deno.readTextFileSync("/proc/self/maps");
    const line = maps.split("\n").find((text) => text.startsWith(start)) ?? "";
    assert.match(line, / r--p 00001000 /);
    assert.ok(line.endsWith(path));
    const cleared = launcher.batch({
      records: [
        { call: "munmap", args: [{ result: "mapping" }, 4096] },
        { call: "close", args: [{ result: "file" }] },
      ],
      results,
    });
    assert.equal(cleared.failure, undefined);
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("NativeLauncher.batch() prefers a record's result to the caller's", () => {
  using launcher = new NativeLauncher();
  const results: Results = new Map([["pid", 999_999_999]]);
  const { failure } = launcher.batch({
    records: [
      // The caller's value, of which no process exists.
      { call: "kill", args: [{ result: "pid" }, 0], tolerate: ["ESRCH"] },
      { call: "getpid", args: [], as: "pid" },
      { call: "kill", args: [{ result: "pid" }, 0] },
    ],
    results,
  });
  assert.equal(failure, undefined);
  assert.equal(results.get("pid"), Deno.pid);
});

Deno.test("NativeLauncher.batch() traces results and durations", () => {
  using launcher = new NativeLauncher();
  const { failure, trace } = launcher.batch({
    records: [
      { call: "getpid", args: [] },
      { call: "chdir", args: [MISSING], tolerate: ["ENOENT"] },
      // Waits 20 ms for a signal that is never sent.
      {
        call: "rt_sigtimedwait",
        args: [
          { bytes: new Uint8Array(8), text: "[]" },
          null,
          { words: [0, 20_000_000] },
          8,
        ],
        tolerate: ["EAGAIN"],
      },
      { call: "chdir", args: [MISSING] },
      { call: "getpid", args: [] },
    ],
    results: new Map(),
    trace: "times",
  });
  assert.deepEqual(failure, { index: 3, errno: ERRNO.ENOENT });
  assert.deepEqual(
    trace.map(({ index, result }) => [index, result]),
    [
      [0, Deno.pid],
      [1, -ERRNO.ENOENT],
      [2, -ERRNO.EAGAIN],
      [3, -ERRNO.ENOENT],
    ],
  );
  const [, , slow] = trace;
  assert.ok(slow !== undefined && slow.ns >= 20_000_000, `${slow?.ns} ns`);
  for (const { ns } of trace) assert.ok(ns > 0 && ns < 5e9, `${ns} ns`);
});

Deno.test("NativeLauncher.batch() refuses records it cannot encode", () => {
  using launcher = new NativeLauncher();
  const refuse = (record: SyscallRecord, message: RegExp): void =>
    assert.throws(
      () =>
        launcher.batch({
          records: [{ call: "getpid", args: [], as: "pid" }, record],
          results: new Map(),
        }),
      { name: "TypeError", message },
    );
  refuse({ call: "kill", args: [{ result: "other" }] }, /"other"/);
  refuse({ call: "kill", args: [{ words: [{ result: "pid" }] }] }, /"pid"/);
  refuse({ call: "mmap", args: [0, 0, 0, 0, 0, 0, 0] }, /too long/);
  refuse({ call: "chdir", args: ["/\0"] }, /NUL/);
  refuse({
    call: "getpid",
    args: [],
    tolerate: Array(9).fill("EPERM"),
  }, /too long/);
});

Deno.test("NativeLauncher.batch() runs thousands of records", () => {
  using launcher = new NativeLauncher();
  const count = 5000;
  const results: Results = new Map();
  const records = Array.from(
    { length: count },
    (_, index): SyscallRecord => ({
      call: "getpid",
      args: [],
      as: `pid${index}`,
    }),
  );
  assert.equal(launcher.batch({ records, results }).failure, undefined);
  assert.equal(results.size, count);
  assert.ok([...results.values()].every((pid) => pid === Deno.pid));
});

Deno.test("NativeLauncher leaves no descriptor open", () => {
  const before = openDescriptors();
  {
    using launcher = new NativeLauncher();
    launcher.batch({
      records: [{ call: "getpid", args: [] }],
      results: new Map(),
    });
  }
  assert.equal(openDescriptors(), before);
});

Deno.test("NativeLauncher.batch() forgets the sequence before", () => {
  using launcher = new NativeLauncher();
  const fails: SyscallRecord = { call: "chdir", args: [MISSING] };
  const works: SyscallRecord = { call: "getpid", args: [], as: "pid" };
  for (
    const [record, errno] of [[fails, ERRNO.ENOENT], [
      works,
      undefined,
    ]] as const
  ) {
    const results: Results = new Map();
    const { failure } = launcher.batch({ records: [record], results });
    assert.equal(failure?.errno, errno);
    assert.equal(
      results.get("pid"),
      errno === undefined ? Deno.pid : undefined,
    );
  }
});
