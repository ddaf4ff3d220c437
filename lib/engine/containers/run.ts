/**
 * `run`: creates a container and starts it; in the foreground keeps it until it
 * ends, and records or removes it.
 *
 * @module
 */
import { removePath } from "../../base/remove_tree.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { SignalProxy } from "../../runtime/stdio/signal_proxy.ts";
import { openStdio } from "../../runtime/stdio/stdio.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import type { RunOptions } from "../run_options.ts";
import { endCgroup } from "./cgroup.ts";
import { createFromImage } from "./create_from_image.ts";
import { endReason } from "./end_reason.ts";
import { fateWithoutCaller } from "./fate.ts";
import { keepContainer } from "./keep.ts";
import { launchContainer, type LaunchReport } from "./launch_container.ts";
import { openContainerLog } from "./log.ts";
import { assertRoot } from "./reconcile.ts";
import { openPidfile, type Pidfile } from "./pidfile.ts";
import { keepUnstarted, stateDirectory } from "./records.ts";

/** What a caller wants to know while a container runs, and how to leave it. */
export interface RunEvents {
  /** What is typed to leave it in its terminal; absent or empty, nothing is. */
  readonly detachKeys?: Uint8Array;
  /** The program has started; nothing it wrote has been passed on yet. */
  onLaunched?(report: LaunchReport): void;
  /** The program was ended by somebody who has not told it why. */
  onKilled?(config: ContainerConfig, reason: string): void;
}

/**
 * Runs a container to its end, or until it is left. Its standard streams are
 * the caller's, and the caller's signals are its own from then on.
 *
 * @returns The program's status, or 128 and the number of the signal that
 * ended it; `left` if a monitor keeps the container now.
 * @throws {StartError} If the program cannot be started; nothing is left.
 */
export async function runContainer(
  engine: Engine,
  options: RunOptions,
  events: RunEvents = {},
): Promise<number | "left"> {
  const { paths } = engine;
  const signals = new SignalProxy();
  using undo = new DisposableStack();
  using pidfile = pidfileOf(options);
  using container = await createFromImage(engine, options, undo);
  // A stack of its own: it is removed before its lock is let go.
  using undoContainer = new DisposableStack();
  undoContainer.defer(() => {
    endCgroup(container.config);
    container.remove();
  });
  const started = await launchContainer(engine, container, {
    tracing: options.trace === undefined ? "off" : "steps",
    withoutKeeper: fateWithoutCaller(options),
    openStdio,
  });
  pidfile?.write(started.launched.process.pid);
  undoContainer.move();
  undo.move();
  using stdio = started.stdio;
  using log = openContainerLog(paths, container.config);
  events.onLaunched?.(started);
  const end = await keepContainer(engine, container, {
    ...started.launched,
    stdio,
    signals,
    log,
    detachKeys: events.detachKeys ?? new Uint8Array(0),
  });
  if (end === "left") return end;
  const reason = endReason(container.config, end);
  if (reason !== undefined) events.onKilled?.(container.config, reason);
  return end.exitCode;
}

/** What a caller wants to know before the program starts. */
export interface DetachedEvents {
  /** Others can attach; whoever does now sees all that the program writes. */
  onListening?(config: ContainerConfig): Promise<void>;
}

/**
 * Runs a container that goes on by itself.
 *
 * @returns Its id, once its program has started.
 * @throws {StartError} If the program cannot be started; nothing is left.
 */
export async function runDetached(
  engine: Engine,
  options: RunOptions,
  { onListening }: DetachedEvents = {},
): Promise<ContainerId> {
  assertRoot();
  // It gets ready while the container is created.
  const { spawnMonitor } = await import("./start.ts");
  using monitor = spawnMonitor(engine);
  using undo = new DisposableStack();
  using pidfile = pidfileOf(options);
  using container = await createFromImage(engine, options, undo);
  // Once the monitor knows of it, it clears up, even if we are killed.
  const { config } = container;
  const pid = await monitor.start(container, {
    ifRefused: "remove",
    ...(onListening && { onListening: () => onListening(config) }),
  });
  undo.move();
  pidfile?.write(pid);
  return config.id;
}

/**
 * Creates a container that can be started later.
 *
 * @returns Its id.
 */
export async function createOnly(
  engine: Engine,
  options: RunOptions,
): Promise<ContainerId> {
  using undo = new DisposableStack();
  using container = await createFromImage(engine, options, undo);
  const { id } = container.config;
  keepUnstarted(engine.paths, id);
  removePath(stateDirectory(engine.paths, id));
  undo.move();
  return id;
}

/** Opened before anything is created: a wrong path is found out in time. */
function pidfileOf({ pidfile }: RunOptions): Pidfile | undefined {
  return pidfile === undefined ? undefined : openPidfile(pidfile);
}
