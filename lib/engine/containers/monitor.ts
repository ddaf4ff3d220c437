/**
 * The monitor of a container that runs on its own: its parent, which writes
 * down its output and its end, starts it again if its policy says so, and
 * clears up after it. One process each, of which nothing is left at the end.
 *
 * @module
 */
import type { Fd } from "../../../ffi/fd.ts";
import { toErrorRecord } from "../../base/error_record.ts";
import { ConflictError, HostError, startStatus } from "../../base/errors.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { Alarm } from "../../monitor/alarm.ts";
import { AttachServer } from "../../monitor/attach_server.ts";
import { keepGivingBack } from "../../monitor/give_back.ts";
import { leaveService } from "../../monitor/leave_service.ts";
import { backoffMs, shouldRestart } from "../../monitor/restart.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { tryEndResources } from "./end_resources.ts";
import { type CreatedContainer, openContainer } from "./create.ts";
import { endLine, endReason } from "./end_reason.ts";
import { removeState } from "./lasting.ts";
import { type ContainerEnd, ownIdentity, putAway, recordEnd } from "./life.ts";
import { findProcess } from "./look_up.ts";
import type { MonitorReport, StartReport } from "./monitor_report.ts";
import type { StartRequest } from "./monitor_request.ts";
import { readConfig, stateDirectory, writeRestarting } from "./records.ts";
import { isStopRequested } from "./stop_request.ts";
import {
  adoptLife,
  type EndedLife,
  type RunningLife,
  startLife,
  type Surroundings,
} from "./running_life.ts";

/** What a monitor is given besides. */
export type MonitorOptions =
  & Pick<StartRequest, "ifRefused">
  & {
    /** Its lock is held for as long as the monitor lives, and then let go. */
    readonly container: CreatedContainer;
  }
  & (
    | {
      readonly awaits: "attached";
      /** Whom to tell how the first start went. */
      readonly report: MonitorReport;
    }
    | { readonly awaits: "nobody"; readonly report: StartReport }
  );

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
  const { report } = options;
  using container = options.container;
  const { config: { id } } = container;
  const alarm = new Alarm();
  await using undo = new AsyncDisposableStack();
  undo.defer(async () => {
    // What could not be taken over goes on as it was.
    if (findProcess(paths, id) !== undefined) return;
    const { isGone } = await tryEndResources(paths, container.config);
    if (!isGone) return;
    if (options.ifRefused === "remove") container.remove();
    else removeState(paths, id);
  });
  using server = new AttachServer(stateDirectory(paths, id));
  const surroundings = { engine, container, server };
  await leaveCaller(container);
  const first = await firstLife(surroundings, options);
  undo.move();
  report.started(first.pid);
  await keepOn(surroundings, first, alarm);
}

/** What a monitor is given that takes a container over. */
export interface TakeOverOptions {
  readonly id: ContainerId;
  /** The container's, held for as long as the monitor lives. */
  readonly lock: Fd;
  readonly report: StartReport;
  /** The master side of its terminal. */
  readonly terminal: Fd;
}

/**
 * Keeps a container that its foreground `run` has left, until it has ended for
 * good.
 *
 * @throws {ConflictError} If it has ended meanwhile: it is still the
 * business of who has kept it.
 */
export async function takeOverContainer(
  engine: Engine,
  { id, lock, terminal, report }: TakeOverOptions,
): Promise<void> {
  const { paths } = engine;
  const alarm = new Alarm();
  using undo = new DisposableStack();
  undo.use(terminal);
  using container = openContainer(paths, id, lock);
  using server = new AttachServer(stateDirectory(paths, id));
  const surroundings = { engine, container, server };
  await leaveCaller(container);
  const running = findProcess(paths, id);
  const life = running && await adoptLife(surroundings, running, terminal);
  if (life === undefined) {
    throw new ConflictError(`Container ${id} has ended`);
  }
  undo.move();
  report.started(life.pid);
  await keepOn(surroundings, life, alarm);
}

/**
 * Before anybody is told that it runs: the service may end right then. What has
 * no cgroup of its own is to stay in its caller's, and with it its monitor.
 */
async function leaveCaller(
  { config }: Pick<Surroundings["container"], "config">,
): Promise<void> {
  if (config.cgroupsPath !== undefined) await leaveService();
}

/** Keeps a container from a start to its last end. */
async function keepOn(
  surroundings: Surroundings,
  first: RunningLife,
  alarm: Alarm,
): Promise<void> {
  const { engine: { paths }, container, server } = surroundings;
  alarm.arm();
  using _frugal = keepGivingBack();
  const end = await liveOn(surroundings, first, alarm);
  await server.end(end.exitCode);
  putAway(paths, container, end);
}

/** Starts the program, or takes over one that runs. */
async function firstLife(
  surroundings: Surroundings,
  options: MonitorOptions,
): Promise<RunningLife> {
  const { engine: { paths }, container, server } = surroundings;
  const running = findProcess(paths, container.config.id);
  const adopted = running && await adoptLife(surroundings, running);
  if (adopted !== undefined) return adopted;
  if (options.awaits === "attached") {
    const { report } = options;
    report.listening();
    if (await isFirst(report.abandoned(), server.attached)) {
      throw new HostError("Who has started the container has not attached");
    }
  }
  return await startLife(surroundings, 0);
}

/** Whether one settles before the other. */
function isFirst(one: Promise<void>, other: Promise<void>): Promise<boolean> {
  return Promise.race([one.then(() => true), other.then(() => false)]);
}

/** From the first start to the last end. */
async function liveOn(
  surroundings: Surroundings,
  first: RunningLife,
  alarm: Alarm,
): Promise<EndedLife> {
  const { engine: { paths }, container: { config: { id } } } = surroundings;
  let life = first;
  for (;;) {
    const end = await life.follow();
    await tellReason(surroundings, end);
    const { restartCount } = life;
    const { restart } = currentConfig(surroundings);
    const again = shouldRestart(restart, {
      exitCode: end.exitCode,
      restartCount,
      isStopRequested: isStopRequested(paths, id),
    });
    if (!again || !end.isGone) return end;
    const delayMs = backoffMs({ restartCount, ranMs: end.ranMs });
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
function currentConfig(
  { engine, container: { config } }: Surroundings,
): ContainerConfig {
  return readConfig(engine.paths, config.id) ?? config;
}

/** Tells those who are attached what the program could not. */
async function tellReason(
  { container: { config }, server }: Surroundings,
  end: ContainerEnd,
): Promise<void> {
  const reason = endReason(config, end);
  if (reason === undefined) return;
  using _hurry = server.hurry();
  const line = endLine(config, reason);
  // Their terminals are raw.
  const text = config.tty ? line.replace("\n", "\r\n") : line;
  await server.broadcast("stderr", new TextEncoder().encode(text));
}

/** A program that cannot be started again has ended as soon as it began. */
async function startAgain(
  surroundings: Surroundings,
  restartCount: number,
): Promise<RunningLife> {
  const { engine: { paths } } = surroundings;
  const config = currentConfig(surroundings);
  const container = { ...surroundings.container, config };
  try {
    return await startLife({ ...surroundings, container }, restartCount);
  } catch (error) {
    const startedMs = Date.now();
    const { message } = toErrorRecord(error);
    const end = {
      ...await tryEndResources(paths, config),
      exitCode: startStatus(error),
      error: message,
      startedMs,
      restartCount,
      ranMs: 0,
    };
    recordEnd(paths, config, end);
    return {
      ...{ pid: 0, startedMs, restartCount },
      follow: () => Promise.resolve(end),
    };
  }
}
