/**
 * `stop`: asks a container to end, and makes it.
 *
 * @module
 */
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { recordContainerEvent } from "../events.ts";
import { endContainer, type EndOutcome } from "./end.ts";
import { findConfig } from "./look_up.ts";

/** How a container is stopped; absent fields are as it was created with. */
export interface StopOptions {
  readonly signal?: number;
  /** Seconds until it is killed; -1 for never. */
  readonly timeoutS?: number;
}

/** How a container was stopped. */
export interface StopReport {
  readonly config: ContainerConfig;
  readonly signal: number;
  readonly timeoutS: number;
  readonly outcome: EndOutcome;
}

/**
 * Stops a container, running, paused or about to be started again; one that is
 * stopped stays so.
 *
 * @param reference As `findContainer` takes it.
 * @throws {NotFoundError} If there is none.
 * @throws {HostError} If it cannot be ended.
 */
export async function stopContainer(
  engine: Pick<Engine, "paths" | "warn">,
  reference: string,
  options: StopOptions = {},
): Promise<StopReport> {
  const config = findConfig(engine.paths, reference);
  const signal = options.signal ?? config.stopSignal;
  const timeoutS = options.timeoutS ?? config.stopTimeoutS;
  const outcome = await endContainer(engine, config, {
    signal,
    timeoutMs: timeoutS < 0 ? Infinity : timeoutS * 1000,
  });
  if (outcome !== "idle") {
    recordContainerEvent(engine.paths, config, { action: "stop" });
  }
  return { config, signal, timeoutS, outcome };
}
