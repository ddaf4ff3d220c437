/**
 * What a container's keeper does while it runs and when it has ended.
 *
 * @module
 */
import type { WaitStatus } from "../../../ffi/calls/process.ts";
import { removePath } from "../../base/remove_tree.ts";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import type { ContainerProcess } from "../../runtime/launch/container_process.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { Launched } from "../../runtime/launch/launch.ts";
import { identifyProcess } from "../../runtime/process_identity.ts";
import type { SignalProxy } from "../../runtime/stdio/signal_proxy.ts";
import type { Stdio } from "../../runtime/stdio/stdio.ts";
import { type CgroupEnd, endCgroup } from "./cgroup.ts";
import type { CreatedContainer } from "./create.ts";
import { stateDirectory, writeExit, writeRunning } from "./records.ts";

/** How long a container may go on without its terminal. */
const HANGUP_GRACE_MS = 10_000;

/** A running container and its connections. */
export interface KeptProcess extends Pick<Launched, "process" | "terminal"> {
  readonly stdio: Stdio;
  readonly signals: SignalProxy;
}

/** How a container ended. */
export interface ContainerEnd extends Pick<CgroupEnd, "oomKilled"> {
  /** The program's status, or 128 and the number of the signal. */
  readonly exitCode: number;
}

/**
 * Keeps a container until it ends: copies its streams, passes signals on,
 * writes down that it runs and how it ended, and removes it if asked to.
 */
export async function keepContainer(
  paths: HostPaths,
  container: CreatedContainer,
  kept: KeptProcess,
): Promise<ContainerEnd> {
  const startedMs = Date.now();
  const { config } = container;
  const { process } = kept;
  const identity = identifyProcess(process.pid);
  const keeper = identifyProcess(Deno.pid);
  if (identity !== undefined && keeper !== undefined) {
    writeRunning(paths, config.id, {
      ...identity,
      startedMs,
      keeper,
      withoutKeeper: "ends",
      restartCount: 0,
    });
  }
  using terminal = kept.terminal;
  using connection = kept.stdio.connect(terminal, () => endSoon(process));
  kept.signals.attach({
    signal: (number) => process.signal(number),
    resize: () => connection.resize(),
  });
  const exitCode = exitCodeOf(await process.wait());
  // Before its output can end: it may share the host's pids, and have more
  // processes than the first.
  const { oomKilled, isGone } = endCgroup(config);
  await connection.drain();
  if (config.autoRemove && isGone) container.remove();
  else {
    writeExit(paths, config.id, {
      exitCode,
      startedMs,
      finishedMs: Date.now(),
      oomKilled,
      restartCount: 0,
    });
    if (isGone) removePath(stateDirectory(paths, config.id));
  }
  return { exitCode, oomKilled };
}

/**
 * Kills a container that goes on without the terminal it was started from:
 * process 1 ignores SIGHUP unless it handles it.
 */
function endSoon(process: ContainerProcess): void {
  setTimeout(() => {
    try {
      process.signal(SIGNALS.SIGKILL);
    } catch (error) {
      // ESRCH: it has ended meanwhile.
      if (!isSyscallError(error, "ESRCH")) throw error;
    }
  }, HANGUP_GRACE_MS);
}

/** The status a shell would report. */
function exitCodeOf(status: WaitStatus): number {
  return status.kind === "exited" ? status.status : 128 + status.signal;
}
