/** @module */
import assert from "node:assert/strict";
import {
  timeText,
  topColumns,
  type TopSurroundings,
} from "../../../../lib/cli/commands/top_columns.ts";
import type { ProcessEntry } from "../../../../lib/runtime/process_entry.ts";

const NOON = new Date(2026, 4, 3, 12, 0, 0).getTime();
const MIB = 1024 ** 2;

const PROCESS: ProcessEntry = {
  pid: 42,
  parent: 7,
  processGroup: 41,
  session: 40,
  uid: 0,
  state: "S",
  nice: 0,
  threads: 2,
  terminal: "pts/1",
  cpuMs: 90_000,
  startedMs: NOON - 3 * 60_000,
  virtualBytes: 2 * MIB,
  residentBytes: MIB,
  name: "sh",
  args: ["sh", "-c", "x"],
};

const SURROUNDINGS: TopSurroundings = {
  nowMs: NOON,
  memoryBytes: 10 * MIB,
  userName: (uid) => uid === 0 ? "root" : String(uid),
};

function headers(...options: string[]): string {
  return topColumns(options).map(({ header }) => header).join(" ");
}

function cells(process: ProcessEntry, ...options: string[]): string[] {
  return topColumns(options).map(({ cell }) => cell(process, SURROUNDINGS));
}

Deno.test("topColumns() has those of ps -ef without options", () => {
  const full = "UID PID PPID C STIME TTY TIME CMD";
  for (const options of [[], ["-ef"], ["-e", "-f"]]) {
    assert.equal(headers(...options), full);
  }
  assert.deepEqual(cells(PROCESS), [
    "root",
    "42",
    "7",
    "50",
    "11:57",
    "pts/1",
    "00:01:30",
    "sh -c x",
  ]);
});

Deno.test("topColumns() has those of ps aux", () => {
  const aux = "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND";
  for (const option of ["aux", "-aux", "u"]) assert.equal(headers(option), aux);
  assert.deepEqual(cells(PROCESS, "aux").slice(2, 6), [
    "50.0",
    "10.0",
    "2048",
    "1024",
  ]);
});

Deno.test("topColumns() takes a list, and headers of the user's own", () => {
  for (
    const options of [["-o", "pid,CMD"], ["-opid,cmd"], ["-eo", "pid,cmd"]]
  ) {
    assert.equal(headers(...options), "PID CMD");
  }
  assert.equal(headers("-o", "pid=ID", "-o", "nlwp,etime"), "ID NLWP ELAPSED");
  assert.deepEqual(cells(PROCESS, "-o", "nlwp,etime,etimes,sid,comm"), [
    "2",
    "00:03:00",
    "180",
    "40",
    "sh",
  ]);
});

Deno.test("topColumns() refuses what it does not know", () => {
  assert.throws(() => topColumns(["--forest"]), {
    message: 'invalid ps option: "--forest"',
  });
  assert.throws(() => topColumns(["-o", "pid,toString"]), {
    message: 'unknown ps column: "toString"',
  });
  assert.throws(() => topColumns(["-o"]), { message: 'unknown ps column: ""' });
});

Deno.test("the cells of a process that is old, new or of the kernel", () => {
  const old = { ...PROCESS, startedMs: NOON - 86_400_000, args: [] };
  assert.deepEqual(cells(old, "-o", "stime,cmd"), ["May02", "[sh]"]);
  const future = { ...PROCESS, startedMs: NOON + 1 };
  assert.deepEqual(cells(future, "-o", "c,etime"), ["0", "00:00:00"]);
});

Deno.test("timeText() writes days", () => {
  assert.equal(timeText(86_399_999), "23:59:59");
  assert.equal(timeText(86_400_000 + 61_000), "1-00:01:01");
});
