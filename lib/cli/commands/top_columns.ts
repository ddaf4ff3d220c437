/**
 * The columns of `top`, by the names that ps(1) gives them. Pure.
 *
 * @module
 * @see ps(1), "STANDARD FORMAT SPECIFIERS"
 */
import { UsageError } from "../../base/errors.ts";
import type { ProcessEntry } from "../../runtime/process_entry.ts";

/** What takes part in a cell besides the process. */
export interface TopSurroundings {
  /** In ms since the epoch. */
  readonly nowMs: number;
  readonly memoryBytes: number;
  /** The host's name of a user; a number if it has none. */
  userName(uid: number): string;
}

/** A column. */
export interface TopColumn {
  readonly header: string;
  cell(process: ProcessEntry, surroundings: TopSurroundings): string;
}

const KIB = 1024;
const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;
const MONTHS = [
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
];

const user: TopColumn["cell"] = ({ uid }, { userName }) => userName(uid);
const cpuPercent: TopColumn["cell"] = (process, { nowMs }) =>
  (shareOfTime(process, nowMs) * 100).toFixed(1);
const command: TopColumn["cell"] = ({ args, name }) =>
  args.length === 0 ? `[${name}]` : args.join(" ");
const started: TopColumn["cell"] = ({ startedMs }, { nowMs }) =>
  startText(startedMs, nowMs);
const resident: TopColumn["cell"] = ({ residentBytes }) =>
  String(residentBytes / KIB);
const virtual: TopColumn["cell"] = ({ virtualBytes }) =>
  String(Math.floor(virtualBytes / KIB));

const COLUMNS = {
  pid: { header: "PID", cell: ({ pid }) => String(pid) },
  ppid: { header: "PPID", cell: ({ parent }) => String(parent) },
  pgid: { header: "PGID", cell: ({ processGroup }) => String(processGroup) },
  pgrp: { header: "PGRP", cell: ({ processGroup }) => String(processGroup) },
  sid: { header: "SID", cell: ({ session }) => String(session) },
  sess: { header: "SESS", cell: ({ session }) => String(session) },
  uid: { header: "UID", cell: ({ uid }) => String(uid) },
  user: { header: "USER", cell: user },
  euser: { header: "EUSER", cell: user },
  c: {
    header: "C",
    cell: (process, { nowMs }) =>
      String(Math.floor(shareOfTime(process, nowMs) * 100)),
  },
  "%cpu": { header: "%CPU", cell: cpuPercent },
  pcpu: { header: "%CPU", cell: cpuPercent },
  "%mem": { header: "%MEM", cell: memoryPercent },
  pmem: { header: "%MEM", cell: memoryPercent },
  vsz: { header: "VSZ", cell: virtual },
  rss: { header: "RSS", cell: resident },
  tty: { header: "TT", cell: ({ terminal }) => terminal },
  stat: { header: "STAT", cell: ({ state }) => state },
  s: { header: "S", cell: ({ state }) => state },
  ni: { header: "NI", cell: ({ nice }) => String(nice) },
  nlwp: { header: "NLWP", cell: ({ threads }) => String(threads) },
  stime: { header: "STIME", cell: started },
  start: { header: "START", cell: started },
  etime: {
    header: "ELAPSED",
    cell: ({ startedMs }, { nowMs }) => timeText(nowMs - startedMs),
  },
  etimes: {
    header: "ELAPSED",
    cell: ({ startedMs }, { nowMs }) =>
      String(Math.floor((nowMs - startedMs) / SECOND)),
  },
  time: { header: "TIME", cell: ({ cpuMs }) => timeText(cpuMs) },
  comm: { header: "COMMAND", cell: ({ name }) => name },
  cmd: { header: "CMD", cell: command },
  args: { header: "COMMAND", cell: command },
  command: { header: "COMMAND", cell: command },
} as const satisfies Readonly<Record<string, TopColumn>>;

type ColumnName = keyof typeof COLUMNS;

const FULL: readonly TopColumn[] = [
  { header: "UID", cell: user },
  ...pick("pid", "ppid", "c", "stime"),
  { ...COLUMNS.tty, header: "TTY" },
  ...pick("time", "cmd"),
];

const AUX: readonly TopColumn[] = [
  ...pick("user", "pid", "%cpu", "%mem", "vsz", "rss"),
  { ...COLUMNS.tty, header: "TTY" },
  ...pick("stat", "start", "time", "command"),
];

const ADVICE = "ps options such as -ef, aux, or -o pid,user,cmd";

/**
 * The columns that options of ps(1) ask for.
 *
 * @param options None for those of `ps -ef`.
 * @throws {UsageError} If they ask for something else than columns.
 */
export function topColumns(options: readonly string[]): readonly TopColumn[] {
  const chosen: TopColumn[] = [];
  let standard = FULL;
  const rest = [...options];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    // As in `-eo pid,cmd`: what stands before says which processes.
    const [, list] = /^-?[aAdefwx]*o(.*)$/.exec(word) ?? [];
    if (list !== undefined) {
      const names = list === "" ? rest.shift() ?? "" : list;
      chosen.push(...names.split(",").map(columnOf));
    } else if (/^-?[awx]*u[awx]*$/.test(word)) standard = AUX;
    else if (!/^-?[aAdefwx]+$/.test(word)) {
      throw new UsageError(`invalid ps option: "${word}"`, { advice: ADVICE });
    }
  }
  return chosen.length > 0 ? chosen : standard;
}

/** A column, perhaps with a header of the user's own: `pid=ID`. */
function columnOf(text: string): TopColumn {
  const [name = "", header] = text.split("=", 2);
  const lower = name.toLowerCase();
  if (!isColumnName(lower)) {
    throw new UsageError(`unknown ps column: "${name}"`, {
      advice: Object.keys(COLUMNS).join(", "),
    });
  }
  const column: TopColumn = COLUMNS[lower];
  return header === undefined ? column : { ...column, header };
}

function isColumnName(name: string): name is ColumnName {
  return Object.hasOwn(COLUMNS, name);
}

function pick(...names: ColumnName[]): TopColumn[] {
  return names.map((name) => COLUMNS[name]);
}

/** Of the time it has lived, the part it has run. */
function shareOfTime(
  { cpuMs, startedMs }: ProcessEntry,
  nowMs: number,
): number {
  return nowMs > startedMs ? cpuMs / (nowMs - startedMs) : 0;
}

function memoryPercent(
  { residentBytes }: ProcessEntry,
  { memoryBytes }: TopSurroundings,
): string {
  return (100 * residentBytes / memoryBytes).toFixed(1);
}

/**
 * When something began: the time of day, or the day.
 *
 * @param startedMs In ms since the epoch, as `nowMs`.
 */
function startText(startedMs: number, nowMs: number): string {
  const date = new Date(startedMs);
  if (date.toDateString() === new Date(nowMs).toDateString()) {
    return `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  }
  return `${MONTHS[date.getMonth()] ?? ""}${pad(date.getDate())}`;
}

/**
 * A length of time as ps(1) writes it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(timeText(3_723_000), "01:02:03");
 * assert.equal(timeText(2 * 86_400_000), "2-00:00:00");
 * ```
 */
export function timeText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND));
  const parts = [
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  const days = Math.floor(Math.max(0, ms) / DAY);
  const clock = parts.map(pad).join(":");
  return days === 0 ? clock : `${days}-${clock}`;
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}
