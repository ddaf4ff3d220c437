/**
 * The monitor of a container that runs on its own: its parent, which writes
 * down its output and its end, starts it again if its policy says so, and
 * clears up after it. One process each, of which nothing is left at the end.
 *
 * @module
 */
import { setWindowSize } from "../../../ffi/calls/terminal.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { removePath } from "../../base/remove_tree.ts";
import { Alarm } from "../../monitor/alarm.ts";
import {
  type AttachHandler,
  AttachServer,
} from "../../monitor/attach_server.ts";
import {
  type DetachedConnection,
  detachedStdio,
} from "../../monitor/detached_stdio.ts";
import { backoffMs, shouldRestart } from "../../monitor/restart.ts";
import { drain } from "../../runtime/stdio/drain.ts";
import { writeAll } from "../../runtime/stdio/pump.ts";
import type { RestartPolicy } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { endCgroup } from "./cgroup.ts";
import { type CreatedContainer, openContainer } from "./create.ts";
import { launchContainer } from "./launch_container.ts";
import {
  type ContainerEnd,
  exitCodeOf,
  killAfter,
  ownIdentity,
  putAway,
  recordEnd,
  recordStart,
} from "./life.ts";
import { checkHealth } from "./health.ts";
import { openContainerLog } from "./log.ts";
import type { MonitorReport } from "./monitor_report.ts";
import {
  attachSocket,
  isStopRequested,
  readConfig,
  stateDirectory,
  writeRestarting,
} from "./records.ts";

/** What a monitor is told by who starts it. */
export interface MonitorOptions {
  readonly id: ContainerId;
  /** The container's lock, held for as long as the monitor lives. */
  readonly lock: Fd;
  /** Whom to tell how the first start went. */
  readonly report: MonitorReport;
  /** Whether to wait for somebody to attach before the first start. */
  readonly awaits: "nobody" | "attached";
  /** What becomes of a container that cannot be started. */
  readonly ifRefused: "remove" | "keep";
}

/**
 * Keeps a container until it has ended for good.
 *
 * @throws {StartError} And others, if it cannot be started at all; a container
 * that is not to be kept has been removed then.
 */
export async function monitorContainer(
  engine: Engine,
  options: MonitorOptions,
): Promise<void> {
  const { paths } = engine;
  const { id, report } = options;
  const alarm = new Alarm();
  using container = openContainer(paths, id, options.lock);
  using undo = new DisposableStack();
  undo.defer(() => {
    const { isGone } = endCgroup(container.config);
    if (!isGone) return;
    if (options.ifRefused === "remove") container.remove();
    else removePath(stateDirectory(paths, id));
  });
  using server = new AttachServer(attachSocket(paths, id));
  if (options.awaits === "attached") {
    report.listening();
    await server.attached;
  }
  const surroundings = { engine, container, server };
  const first = await startLife(surroundings, 0);
  undo.move();
  report.started(first.pid);
  const end = await liveOn(surroundings, first, alarm);
  await server.end(end.exitCode);
  putAway(paths, container, end);
}

/** What stays while a container is started again and again. */
interface Surroundings {
  readonly engine: Engine;
  readonly container: CreatedContainer;
  readonly server: AttachServer;
}

/** From the first start to the last end. */
async function liveOn(
  surroundings: Surroundings,
  first: RunningLife,
  alarm: Alarm,
): Promise<ContainerEnd> {
  const { engine: { paths }, container: { config: { id } } } = surroundings;
  let life = first;
  for (let restartCount = 0;; restartCount++) {
    const end = await life.ended;
    const again = shouldRestart(policyOf(surroundings), {
      exitCode: end.exitCode,
      restartCount,
      isStopRequested: isStopRequested(paths, id),
    });
    if (!again || !end.isGone) return end;
    const ranMs = Date.now() - life.startedMs;
    const delayMs = backoffMs({ restartCount, ranMs });
    writeRestarting(paths, id, {
      keeper: ownIdentity(),
      untilMs: Date.now() + delayMs,
    });
    await alarm.sleep(delayMs);
    if (isStopRequested(paths, id)) return end;
    life = await startAgain(surroundings, restartCount + 1);
  }
}

/** It may have been changed since the container was started. */
function policyOf({ engine, container }: Surroundings): RestartPolicy {
  const { config } = container;
  return (readConfig(engine.paths, config.id) ?? config).restart;
}

/** A program that cannot be started again has ended as soon as it began. */
async function startAgain(
  surroundings: Surroundings,
  restartCount: number,
): Promise<RunningLife> {
  const { engine: { paths }, container: { config } } = surroundings;
  try {
    return await startLife(surroundings, restartCount);
  } catch {
    const startedMs = Date.now();
    const end = {
      ...endCgroup(config),
      exitCode: NOT_STARTED,
      startedMs,
      restartCount,
    };
    recordEnd(paths, config, end);
    return { pid: 0, startedMs, ended: Promise.resolve(end) };
  }
}

/** Status of a container that could not be started again. */
const NOT_STARTED = 127;

/** A program that runs. */
interface RunningLife {
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
  /** Settles when it has ended, and that is written down. */
  readonly ended: Promise<ContainerEnd>;
}

async function startLife(
  { engine, container, server }: Surroundings,
  restartCount: number,
): Promise<RunningLife> {
  const { paths } = engine;
  const { config } = container;
  const { launched, stdio } = await launchContainer(engine, container, {
    tracing: "off",
    withoutKeeper: "goes-on",
    openStdio: detachedStdio,
  });
  const { process, terminal } = launched;
  const resources = new DisposableStack();
  resources.use(stdio);
  if (terminal !== undefined) resources.use(terminal);
  const log = openContainerLog(paths, config);
  if (log !== undefined) resources.use(log);
  const life = recordStart(paths, config, {
    pid: process.pid,
    withoutKeeper: "goes-on",
    restartCount,
  });
  const connection = stdio.connect(terminal, async (stream, bytes) => {
    log?.write(stream, bytes, Date.now());
    await server.broadcast(stream, bytes);
  });
  server.serve(attachHandler(connection, terminal));
  const { timeoutS } = config;
  if (timeoutS !== undefined) {
    resources.use(killAfter(process, timeoutS * 1000));
  }
  resources.use(checkHealth(engine, config));
  return {
    pid: process.pid,
    startedMs: life.startedMs,
    ended: (async (): Promise<ContainerEnd> => {
      using _resources = resources;
      const exitCode = exitCodeOf(await process.wait());
      const end = { exitCode, ...endCgroup(config) };
      await drain(connection.outputs);
      recordEnd(paths, config, { ...end, ...life });
      return end;
    })(),
  };
}

/** Passes on what those who are attached send. */
function attachHandler(
  { input }: DetachedConnection,
  terminal: Fd | undefined,
): AttachHandler {
  return {
    async onInput(bytes): Promise<void> {
      if (input === undefined || !input.isOpen) return;
      await writeAll(input, bytes);
    },
    onEndOfInput(): void {
      // A terminal is never closed: others may attach to it.
      if (terminal === undefined) input?.[Symbol.dispose]();
    },
    onResize(size): void {
      if (terminal === undefined || !terminal.isOpen) return;
      try {
        setWindowSize(terminal.number, size);
      } catch (error) {
        // EIO: the container has just ended.
        if (!isSyscallError(error, "EIO")) throw error;
      }
    },
  };
}
