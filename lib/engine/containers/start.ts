/**
 * Starts a container that goes on by itself: with a monitor of its own.
 *
 * @module
 */
import { sendDescriptors } from "../../../ffi/calls/socket.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { ConflictError, NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { type ContainerId, shortId } from "../../base/identifiers.ts";
import { isRunning } from "../../runtime/process_identity.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { findContainer } from "./find.ts";
import { lockWithin } from "./lock.ts";
import type { MonitorRequest, StartRequest } from "./monitor_request.ts";
import { startMonitorProcess } from "./monitor_process.ts";
import { awaitStart } from "./monitor_report.ts";
import { containerDirectory, readRestarting, readRunning } from "./records.ts";
import { clearStopRequest } from "./stop_request.ts";

/** How long whoever works on a container may take. */
const LOCK_TIMEOUT_MS = 10_000;
/** How often to look meanwhile whether it has been started. */
const LOOK_MS = 20;
/** How long it may be locked by who only looks whether somebody keeps it. */
const GLIMPSE_MS = 5;

/** How a monitor starts a container. */
export interface StartOptions extends Pick<StartRequest, "ifRefused"> {
  /**
   * Called when others can attach, before the program starts: whoever wants to
   * see all that it writes. Absent: the monitor waits for nobody.
   */
  onListening?(): Promise<void>;
}

/**
 * Starts a container that exists; one that runs already is left alone, or taken
 * over if its monitor was killed.
 *
 * @param reference As `findContainer` takes it.
 * @returns Its id, and whether it has been started by this.
 * @throws {StartError} If its program cannot be started.
 */
export async function startDetached(
  engine: Engine,
  reference: string,
  options: StartOptions = { ifRefused: "keep" },
): Promise<{ readonly id: ContainerId; readonly isNew: boolean }> {
  const { paths } = engine;
  const id = findContainer(paths, reference);
  const lock = lockUnlessKept(engine, id);
  if (lock === "kept") return { id, isNew: false };
  using held = lock;
  clearStopRequest(paths, id);
  using monitor = spawnMonitor(engine);
  await monitor.start({ config: { id }, lock: held }, options);
  return { id, isNew: true };
}

/** A monitor that waits to be told what to keep; it ends with its scope. */
export interface SpawnedMonitor extends Disposable {
  /**
   * Has it start a container.
   *
   * @param container Locked by the caller; the monitor gets the lock, too.
   * @returns The pid of the program.
   * @throws {StartError} If the program cannot be started.
   */
  start(
    container: {
      readonly config: Pick<ContainerConfig, "id">;
      readonly lock: Fd;
    },
    options: StartOptions,
  ): Promise<number>;
  /**
   * Has it take over what runs already.
   *
   * @param descriptors What the request needs; they stay the caller's.
   * @returns The pid of the program.
   * @throws {ConflictError} If it has ended meanwhile, and is the caller's
   * as before.
   */
  takeOver(
    request: Exclude<MonitorRequest, { readonly kind: "start" }>,
    descriptors: readonly Fd[],
  ): Promise<number>;
}

/**
 * Starts a monitor. It takes as long to be ready as we have taken: whoever
 * knows early that one will be needed does not have to wait for it.
 */
export function spawnMonitor({ paths, warn }: Engine): SpawnedMonitor {
  const ours = startMonitorProcess(paths);
  return {
    async start(
      { config: { id }, lock },
      { ifRefused, onListening },
    ): Promise<number> {
      ask(ours, [lock], {
        kind: "start",
        id,
        ifRefused,
        awaits: onListening === undefined ? "nobody" : "attached",
      });
      return await awaitStart(ours, {
        onWarning: warn,
        ...(onListening === undefined ? {} : { onListening }),
      });
    },
    async takeOver(request, descriptors): Promise<number> {
      ask(ours, descriptors, request);
      return await awaitStart(ours, { onWarning: warn });
    },
    [Symbol.dispose]: () => ours[Symbol.dispose](),
  };
}

/** Tells a monitor what it is there for. */
function ask(
  socket: Fd,
  descriptors: readonly Fd[],
  request: MonitorRequest,
): void {
  const bytes = new TextEncoder().encode(JSON.stringify(request));
  sendDescriptors(socket, bytes, descriptors);
}

/**
 * A container's lock, to start it, or to take it over if it runs and has no
 * monitor any more; nobody else is working on it then.
 */
function lockUnlessKept({ paths }: Engine, id: ContainerId): Fd | "kept" {
  const directory = containerDirectory(paths, id);
  const deadline = performance.now() + LOCK_TIMEOUT_MS;
  for (;;) {
    // Whoever has it locked may be about to start it.
    const isKept = hasStarted(paths, id);
    const lock = lockWithin(directory, isKept ? GLIMPSE_MS : LOOK_MS);
    if (lock === "missing") throw new NotFoundError(`No such container: ${id}`);
    if (lock !== "busy") return lock;
    if (isKept) return "kept";
    if (performance.now() > deadline) break;
  }
  throw new ConflictError(
    `cannot start container ${shortId(id)}: another tsdocker is working on it`,
  );
}

/** Whether its program runs, or is about to be started again. */
function hasStarted(paths: HostPaths, id: ContainerId): boolean {
  const running = readRunning(paths, id);
  if (running !== undefined && isRunning(running)) return true;
  const restarting = readRestarting(paths, id);
  return restarting !== undefined && isRunning(restarting.keeper);
}
