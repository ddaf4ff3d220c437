/**
 * Ends a container, whatever keeps it going: its process, a monitor that is
 * about to start it again, or nobody at all.
 *
 * @module
 */
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { HostError, InvalidStateError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { type ContainerId, shortId } from "../../base/identifiers.ts";
import {
  awaitEnd,
  openProcess,
  signalProcess,
  statusOfEnded,
} from "../../runtime/opened_process.ts";
import type { ProcessIdentity } from "../../runtime/process_identity.ts";
import { catchesSignal } from "../../runtime/signal_dispositions.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { exitCodeOf } from "./exit_record.ts";
import { keeperState } from "./keeper.ts";
import { findProcess } from "./look_up.ts";
import { tryLock } from "./lock.ts";
import { reconcileSeen } from "./reconcile.ts";
import {
  containerDirectory,
  readRestarting,
  readRunning,
  type RestartingRecord,
} from "./records.ts";
import { noteStop, signalContainer, thawContainer } from "./signal.ts";

/** How a container's program is asked to end. */
export interface EndRequest {
  readonly signal: number;
  /** After this it is killed; `Infinity` is never. */
  readonly timeoutMs: number;
}

/**
 * What came of it: `idle`, it was not running; `ended`; `ignored`, process 1
 * has no handler for the signal and had to be killed; `late`, it has one, but
 * took too long and had to be killed.
 */
export type EndOutcome = "idle" | "ended" | "ignored" | "late";

/** How long SIGKILL may take. */
const KILL_TIMEOUT_MS = 10_000;
/** How long the keeper of a dead container may take to write down its end. */
const SETTLE_TIMEOUT_MS = 10_000;
const POLL_MS = 5;

/**
 * Ends a container and waits until its end is on record, so that whoever looks
 * right after sees it stopped and can start or remove it. No restart policy
 * starts it again.
 *
 * @throws {HostError} If it does not even die of SIGKILL.
 * @throws {InvalidStateError} If somebody else works on it for too long.
 */
export async function endContainer(
  { paths, warn }: Pick<Engine, "paths" | "warn">,
  config: ContainerConfig,
  request: EndRequest,
): Promise<EndOutcome> {
  const { id } = config;
  const told = new Set<number>();
  let outcome: EndOutcome = "idle";
  let exitCode: number | undefined;
  let deadline = performance.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    const running = findProcess(paths, id);
    if (running !== undefined) {
      using orphan = lockOrphan(paths, id);
      const ended = await endProcess(paths, config, { running, request });
      ({ outcome, exitCode } = ended);
      if (orphan !== undefined) {
        await reconcileSeen({ paths, warn }, id, { exitCode, lock: orphan });
      }
      deadline = performance.now() + SETTLE_TIMEOUT_MS;
    }
    const keeper = keeperState(paths, id);
    if (keeper === "orphaned") continue;
    if (keeper !== "there") {
      // Nobody was there to write down its end.
      if (readRunning(paths, id) !== undefined) {
        await reconcileSeen({ paths, warn }, id, { exitCode, lock: undefined });
      }
      return outcome;
    }
    const restarting = readRestarting(paths, id);
    if (restarting !== undefined && !told.has(restarting.untilMs)) {
      told.add(restarting.untilMs);
      const isTold = tellMonitor(paths, config, restarting);
      if (isTold && outcome === "idle") outcome = "ended";
    }
    if (performance.now() > deadline) {
      // Its end may wait for somebody to read its last output.
      if (outcome !== "idle") return outcome;
      throw isBusyError(config);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Tells a monitor that waits for the next start not to make it. */
export function tellMonitor(
  paths: HostPaths,
  config: ContainerConfig,
  { keeper }: RestartingRecord,
): boolean {
  using process = openProcess(keeper);
  if (process === undefined) return false;
  noteStop(paths, config);
  return signalProcess(process, SIGNALS.SIGTERM);
}

/**
 * Keeps what nobody else does until its end is on record: another command that
 * found it ended could not tell how.
 */
function lockOrphan(paths: HostPaths, id: ContainerId): Fd | undefined {
  const lock = tryLock(containerDirectory(paths, id));
  return lock === "busy" || lock === "missing" ? undefined : lock;
}

/** What came of ending a process. */
interface EndedProcess {
  readonly outcome: EndOutcome;
  /** `undefined` if the kernel does not tell. */
  readonly exitCode: number | undefined;
}

interface Ending {
  readonly running: ProcessIdentity;
  readonly request: EndRequest;
}

async function endProcess(
  paths: HostPaths,
  config: ContainerConfig,
  { running, request }: Ending,
): Promise<EndedProcess> {
  using process = openProcess(running);
  noteStop(paths, config);
  if (process === undefined) return { outcome: "ended", exitCode: undefined };
  const send = (number: number): void => {
    signalContainer(paths, config, { process, signal: number });
    thawContainer(config);
  };
  const isHandled = catchesSignal(running.pid, request.signal);
  const outcome = await askThenKill(process, { ...request, isHandled, send });
  if (outcome === undefined) throw cannotKill(config);
  const status = statusOfEnded(process, running);
  return { outcome, exitCode: status && exitCodeOf(status) };
}

/** @returns `undefined` if it does not even die of SIGKILL. */
async function askThenKill(
  process: Fd,
  { signal, timeoutMs, isHandled, send }: EndRequest & {
    readonly isHandled: boolean;
    readonly send: (signal: number) => void;
  },
): Promise<EndOutcome | undefined> {
  send(signal);
  const isGentle = signal !== SIGNALS.SIGKILL;
  if (isGentle) {
    if (await awaitEnd(process, timeoutMs)) return "ended";
    send(SIGNALS.SIGKILL);
  }
  if (!(await awaitEnd(process, KILL_TIMEOUT_MS))) return undefined;
  if (!isGentle) return "ended";
  return isHandled ? "late" : "ignored";
}

function cannotKill({ name }: ContainerConfig): HostError {
  return new HostError(
    `cannot stop container: ${name}: tried to kill container, but did not receive an exit event`,
  );
}

function isBusyError({ id, name }: ContainerConfig): InvalidStateError {
  return new InvalidStateError(
    id,
    "stop",
    "created",
    `cannot stop container: ${name}: another tsdocker is working on ${
      shortId(id)
    }`,
  );
}
