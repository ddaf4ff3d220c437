/**
 * A process that is told from a later one with the same pid.
 *
 * @module
 * @see proc_pid_stat(5), field 22, `starttime`
 */
import { openPidfd, sendSignal, waitForEnd } from "../../ffi/calls/process.ts";
import { SIGNALS } from "../../ffi/constants/signal.ts";
import { isSyscallError } from "../../ffi/errno.ts";

/** Pid and start time of a process, in the host's pid namespace. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot. */
  readonly startTime: string;
}

const STATE_FIELD = 0;
const START_TIME_FIELD = 19;
const EXIT_STATUS_FIELD = 49;

/**
 * Identifies a running process.
 *
 * @returns `undefined` if there is none, or only its unreaped remains.
 */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const fields = readFields(pid);
  const startTime = fields[START_TIME_FIELD];
  if (fields[STATE_FIELD] === "Z" || startTime === undefined) return undefined;
  return { pid, startTime };
}

/**
 * How a process ended whose parent has not asked for it yet.
 *
 * @returns As wait(2) gives it, or `undefined` if nothing is left of it.
 */
export function exitStatusOfZombie(
  { pid, startTime }: ProcessIdentity,
): number | undefined {
  const fields = readFields(pid);
  // `X` while its parent is at it.
  const isIt = "ZX".includes(fields[STATE_FIELD] ?? "none") &&
    fields[START_TIME_FIELD] === startTime;
  return isIt ? Number(fields[EXIT_STATUS_FIELD]) : undefined;
}

/** What `/proc/PID/stat` tells after the name; nothing if there is no process. */
function readFields(pid: number): readonly string[] {
  const stat = readStat(pid);
  // The name, in parentheses, may itself contain both.
  return stat === undefined
    ? []
    : stat.slice(stat.lastIndexOf(")") + 2).trimEnd().split(" ");
}

/** `USER_HZ` of the architectures there are, in which `starttime` counts. */
const TICK_MS = 10;

/**
 * How long ago a process was born, in milliseconds; no change of the host's
 * clock touches it.
 *
 * @see proc_uptime(5)
 */
export function processAgeMs(
  { startTime }: Pick<ProcessIdentity, "startTime">,
): number {
  const [uptime] = Deno.readTextFileSync("/proc/uptime").split(" ");
  const ageMs = Number(uptime) * 1000 - Number(startTime) * TICK_MS;
  return Math.max(0, ageMs);
}

/** Whether exactly this process is still running. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.startTime === identity.startTime;
}

/**
 * Kills exactly this process and waits until it has ended.
 *
 * @returns Whether it has, within the time.
 */
export function killProcess(
  identity: ProcessIdentity,
  timeoutMs: number,
): boolean {
  try {
    using pidfd = openPidfd(identity.pid);
    // Before there was a descriptor, the pid may have got a new owner.
    if (!isRunning(identity)) return true;
    sendSignal(pidfd, SIGNALS.SIGKILL);
    return waitForEnd(pidfd, timeoutMs);
  } catch (error) {
    // ESRCH: it has ended by itself.
    if (isSyscallError(error, "ESRCH")) return true;
    throw error;
  }
}

function readStat(pid: number): string | undefined {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/stat`);
  } catch (error) {
    // The process may end between open and read: that is ESRCH.
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof Error && error.message.includes("os error 3")) {
      return undefined;
    }
    throw error;
  }
}
