/**
 * `run` of a container that goes on by itself, with a monitor. Apart, since all
 * that makes a container's process is the monitor's to load.
 *
 * @module
 */
import type { ContainerId } from "../../base/identifiers.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { obtainImage } from "../images/obtain_image.ts";
import type { RunOptions } from "../run_options.ts";
import { createFromImage, type ImageContainer } from "./create_from_image.ts";
import { pidfileOf } from "./pidfile.ts";
import { assertRoot } from "./reconcile.ts";
import { spawnMonitor } from "./start.ts";

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
  events: DetachedEvents = {},
): Promise<ContainerId> {
  assertRoot();
  const image = await obtainImage(engine, options);
  return await startWithMonitor(engine, { asked: options, image }, events);
}

/** As {@linkcode runDetached}, of an image that has been obtained. */
export async function startWithMonitor(
  engine: Engine,
  request: ImageContainer,
  { onListening }: DetachedEvents = {},
): Promise<ContainerId> {
  // It gets ready while the container is created.
  using monitor = spawnMonitor(engine);
  using undo = new DisposableStack();
  using pidfile = pidfileOf(request.asked);
  using container = await createFromImage(engine, request, undo);
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
