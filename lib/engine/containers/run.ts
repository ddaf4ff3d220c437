/**
 * `run` in the foreground: creates a container, starts it, keeps it until it
 * ends, and records or removes it.
 *
 * @module
 */
import { SignalProxy } from "../../runtime/stdio/signal_proxy.ts";
import { openStdio } from "../../runtime/stdio/stdio.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { obtainImage } from "../images/obtain_image.ts";
import type { RunOptions } from "../run_options.ts";
import { createFromOpened, openRequested } from "./create_from_image.ts";
import { endReason } from "./end_reason.ts";
import { endResources } from "./end_resources.ts";
import { fateWithoutCaller } from "./fate.ts";
import { keepContainer } from "./keep.ts";
import { launchContainer, type LaunchReport } from "./launch_container.ts";
import { openContainerLog } from "./log.ts";
import { pidfileOf } from "./pidfile.ts";
import { assertRoot } from "./reconcile.ts";

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
  assertRoot();
  // It may take long, and signals end it.
  const image = await obtainImage(engine, options);
  const opened = await openRequested(engine, image);
  const signals = new SignalProxy();
  using undo = new DisposableStack();
  using pidfile = pidfileOf(options);
  const request = { asked: options, opened };
  using container = await createFromOpened(engine, request, undo);
  // A stack of its own: it is removed before its lock is let go.
  await using undoContainer = new AsyncDisposableStack();
  undoContainer.defer(async () => {
    await endResources(paths, container.config);
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
