/**
 * What the kernel tells of a process, for lists of processes.
 *
 * @module
 * @see proc_pid_stat(5), proc_pid_cmdline(5), proc_stat(5)
 */

/** A process, as of a moment ago. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly processGroup: number;
  readonly session: number;
  /** Real, as the host counts. */
  readonly uid: number;
  /** One letter: `R`, `S`, `D`, `T`, `Z` or another. */
  readonly state: string;
  readonly nice: number;
  readonly threads: number;
  /** Its terminal, such as `pts/0`; `?` for none. */
  readonly terminal: string;
  /** CPU time used so far. */
  readonly cpuMs: number;
  /** Since the epoch. */
  readonly startedMs: number;
  readonly virtualBytes: number;
  readonly residentBytes: number;
  /** Name of its program, cut by the kernel. */
  readonly name: string;
  /** Empty for a thread of the kernel, and one that has ended. */
  readonly args: readonly string[];
}

/** Fields of `/proc/PID/stat` after the name, which may contain anything. */
const FIELDS = {
  state: 0,
  parent: 1,
  processGroup: 2,
  session: 3,
  terminal: 4,
  userTicks: 11,
  systemTicks: 12,
  nice: 16,
  threads: 17,
  startTicks: 19,
  virtualBytes: 20,
} as const;

/** What user space sees is always in hundredths of a second. */
const TICK_MS = 10;
const KIB = 1024;
const PTS_MAJORS = { first: 136, last: 143 };
const TTY_MAJOR = 4;

/**
 * Looks at a process.
 *
 * @param bootMs When the host was started, as {@linkcode bootTimeMs} tells.
 * @returns `undefined` if there is none.
 */
export function readProcess(
  pid: number,
  bootMs: number,
): ProcessEntry | undefined {
  const stat = readFile(`/proc/${pid}/stat`);
  const status = readFile(`/proc/${pid}/status`);
  const cmdline = readFile(`/proc/${pid}/cmdline`);
  if (stat === undefined || status === undefined) return undefined;
  return parseProcess({ stat, status, cmdline: cmdline ?? "" }, bootMs);
}

/** Texts of three files of a process. */
export interface ProcessFiles {
  readonly stat: string;
  readonly status: string;
  readonly cmdline: string;
}

/** Puts together what the files of a process say. Pure. */
export function parseProcess(
  { stat, status, cmdline }: ProcessFiles,
  bootMs: number,
): ProcessEntry {
  const open = stat.indexOf("(");
  const close = stat.lastIndexOf(")");
  const fields = stat.slice(close + 2).split(" ");
  const number = (name: keyof typeof FIELDS): number =>
    Number(fields[FIELDS[name]]);
  return {
    pid: Number(stat.slice(0, open)),
    parent: number("parent"),
    processGroup: number("processGroup"),
    session: number("session"),
    uid: Number(/^Uid:\t(\d+)/m.exec(status)?.[1]),
    state: fields[FIELDS.state] ?? "?",
    nice: number("nice"),
    threads: number("threads"),
    terminal: terminalName(number("terminal")),
    cpuMs: (number("userTicks") + number("systemTicks")) * TICK_MS,
    startedMs: bootMs + number("startTicks") * TICK_MS,
    virtualBytes: number("virtualBytes"),
    residentBytes: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * KIB,
    name: stat.slice(open + 1, close),
    args: cmdline.replace(/\0+$/, "").split("\0").filter((word, index) =>
      index > 0 || word !== ""
    ),
  };
}

/** When the host was started, in ms since the epoch. */
export function bootTimeMs(): number {
  const stat = Deno.readTextFileSync("/proc/stat");
  return Number(/^btime (\d+)$/m.exec(stat)?.[1] ?? 0) * 1000;
}

/**
 * The name of a terminal.
 *
 * @param device Its number, as `/proc/PID/stat` encodes it; 0 for none.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(terminalName(136 << 8 | 3), "pts/3");
 * assert.equal(terminalName(0), "?");
 * ```
 */
export function terminalName(device: number): string {
  const major = device >> 8 & 0xfff;
  const minor = device & 0xff | device >> 12 & 0xfff00;
  if (major >= PTS_MAJORS.first && major <= PTS_MAJORS.last) {
    return `pts/${(major - PTS_MAJORS.first) * 256 + minor}`;
  }
  if (major === TTY_MAJOR) {
    return minor < 64 ? `tty${minor}` : `ttyS${minor - 64}`;
  }
  return "?";
}

/** A process may end at any time. */
function readFile(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    // ESRCH: it has ended between open and read.
    if (error instanceof Error && error.message.includes("(os error 3)")) {
      return undefined;
    }
    throw error;
  }
}
