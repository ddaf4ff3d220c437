/**
 * The life of a container's program, as its keeper writes it down: its start,
 * its end, and what becomes of the container then.
 *
 * @module
 */
import { isSyscallError } from "../../../ffi/errno.ts";
import { LONGEST_TIMER_MS } from "../../base/duration.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerProcess } from "../../runtime/launch/container_process.ts";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import {
  identifyProcess,
  type ProcessIdentity,
} from "../../runtime/process_identity.ts";
import type { ContainerConfig } from "../container_config.ts";
import { recordContainerEvent } from "../events.ts";
import { recordVolumeUses } from "../volumes/volume_event.ts";
import type { CgroupEnd } from "./cgroup.ts";
import type { CreatedContainer } from "./create.ts";
import { timeoutReason } from "./end_reason.ts";
import { type ExitRecord, writeExit } from "./exit_record.ts";
import { removeState } from "./lasting.ts";
import {
  readConfig,
  type RunningRecord,
  writeRunning,
  writeStarted,
} from "./records.ts";

/** A program that has been started. */
export interface Life extends Pick<RunningRecord, "restartCount"> {
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
}

/** How a container ended. */
export interface ContainerEnd
  extends CgroupEnd, Pick<ExitRecord, "exitCode" | "error"> {}

/**
 * Writes down that a container's program has started.
 *
 * @param pid Of process 1.
 */
export function recordStart(
  paths: HostPaths,
  config: ContainerConfig,
  { pid, ...how }:
    & Pick<RunningRecord, "withoutKeeper" | "restartCount">
    & { readonly pid: number },
): Life {
  const startedMs = Date.now();
  const identity = identifyProcess(pid);
  if (!config.autoRemove) writeStarted(paths, config.id, { startedMs });
  // It may have ended already; then its end is all there is to tell.
  if (identity !== undefined) {
    const keeper = ownIdentity();
    writeRunning(paths, config.id, { ...identity, startedMs, keeper, ...how });
  }
  recordVolumeUses(paths, config, "mount");
  recordContainerEvent(paths, config, { action: "start" });
  return { startedMs, restartCount: how.restartCount };
}

/** Who keeps it: this process. */
export function ownIdentity(): ProcessIdentity {
  const own = identifyProcess(Deno.pid);
  if (own === undefined) throw new TypeError("/proc does not show us");
  return own;
}

/** Writes down how a container has ended. */
export function recordEnd(
  paths: HostPaths,
  config: ContainerConfig,
  { exitCode, oomKilled, error, startedMs, restartCount }: ContainerEnd & Life,
): void {
  writeExit(paths, config.id, {
    exitCode,
    startedMs,
    finishedMs: Date.now(),
    oomKilled,
    ...(error === undefined ? {} : { error }),
    restartCount,
  });
  // It may have been renamed since it was started.
  const named = readConfig(paths, config.id) ?? config;
  if (oomKilled) recordContainerEvent(paths, named, { action: "oom" });
  recordContainerEvent(paths, named, {
    action: "die",
    attributes: { exitCode: String(exitCode) },
  });
  recordVolumeUses(paths, named, "unmount");
}

/**
 * Puts away a container that has ended and is not started again: `--rm` removes
 * it. What takes long to die leaves its state for the next command.
 */
export function putAway(
  paths: HostPaths,
  container: Pick<CreatedContainer, "config" | "remove">,
  { isGone }: Pick<CgroupEnd, "isGone">,
): void {
  if (!isGone) return;
  const { config } = container;
  if (config.autoRemove) container.remove();
  else removeState(paths, config.id);
}

/** Kills a process later, if it still runs then. */
export function killAfter(
  process: Pick<ContainerProcess, "signal">,
  delayMs: number,
): Disposable {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (leftMs: number): void => {
    const stepMs = Math.min(leftMs, LONGEST_TIMER_MS);
    timer = setTimeout(() => {
      if (leftMs > stepMs) wait(leftMs - stepMs);
      else killIfRunning(process);
    }, stepMs);
  };
  wait(delayMs);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/** How long a container may run, with `--timeout`. */
export interface TimeLimit extends Disposable {
  /** What of its end is due to this; nothing if it has ended by itself. */
  errorOf(exitCode: number): Pick<ContainerEnd, "error">;
}

/**
 * Kills a container when its time is over.
 *
 * @param ranMs How long it has run by now.
 */
export function limitTime(
  process: Pick<ContainerProcess, "signal">,
  { timeoutS }: Pick<ContainerConfig, "timeoutS">,
  ranMs: number,
): TimeLimit {
  if (timeoutS === undefined) {
    return { errorOf: () => ({}), [Symbol.dispose](): void {} };
  }
  let isOver = false;
  const timer = killAfter({
    signal(number): void {
      process.signal(number);
      isOver = true;
    },
  }, Math.max(0, timeoutS * 1000 - ranMs));
  return {
    errorOf(exitCode): Pick<ContainerEnd, "error"> {
      const error = isOver ? timeoutReason({ timeoutS, exitCode }) : undefined;
      return error === undefined ? {} : { error };
    },
    [Symbol.dispose]: () => timer[Symbol.dispose](),
  };
}

/** Kills a process; that it has ended meanwhile is no error. */
export function killIfRunning(
  process: Pick<ContainerProcess, "signal">,
): void {
  try {
    process.signal(SIGNALS.SIGKILL);
  } catch (error) {
    // ESRCH: it has ended meanwhile.
    if (!isSyscallError(error, "ESRCH")) throw error;
  }
}
