/** @module */
import assert from "node:assert/strict";
import {
  bootTimeMs,
  parseProcess,
  readProcess,
  terminalName,
} from "../../../lib/runtime/process_entry.ts";

const STAT = "42 (a) b) S 7 41 40 34817 -1 4194304 1 2 3 4 150 50 0 0 20 -5 " +
  "3 0 1000 8192000 200 18446744073709551615";
const STATUS = "Name:\ta) b\nUid:\t1000\t0\t0\t0\nVmRSS:\t     800 kB\n";

Deno.test("parseProcess() reads past parentheses in the name", () => {
  const files = { stat: STAT, status: STATUS, cmdline: "a\0\0b c\0" };
  assert.deepEqual(parseProcess(files, 1_000_000), {
    pid: 42,
    parent: 7,
    processGroup: 41,
    session: 40,
    uid: 1000,
    state: "S",
    nice: -5,
    threads: 3,
    terminal: "pts/1",
    cpuMs: 2000,
    startedMs: 1_010_000,
    virtualBytes: 8_192_000,
    residentBytes: 800 * 1024,
    name: "a) b",
    args: ["a", "", "b c"],
  });
});

Deno.test("parseProcess() finds no arguments and no memory of a zombie", () => {
  const files = { stat: STAT, status: "Uid:\t0\n", cmdline: "" };
  const { args, residentBytes } = parseProcess(files, 0);
  assert.deepEqual(args, []);
  assert.equal(residentBytes, 0);
});

Deno.test("readProcess() finds itself, and nobody who is gone", () => {
  const boot = bootTimeMs();
  const own = readProcess(Deno.pid, boot);
  assert.equal(own?.pid, Deno.pid);
  assert.equal(own.parent, Deno.ppid);
  assert.equal(own.uid, Deno.uid());
  const age = Date.now() - own.startedMs;
  assert.ok(age > -2000 && age < 3_600_000, String(age));
  assert.equal(readProcess(2 ** 22 + 1, boot), undefined);
});

Deno.test("terminalName() knows terminals by their numbers", () => {
  assert.equal(terminalName(137 << 8 | 4), "pts/260");
  assert.equal(terminalName(4 << 8 | 2), "tty2");
  assert.equal(terminalName(4 << 8 | 65), "ttyS1");
  assert.equal(terminalName(99 << 8), "?");
});
