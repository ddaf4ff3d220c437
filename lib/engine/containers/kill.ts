/**
 * `kill`: sends a signal to a container.
 *
 * @module
 */
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import { InvalidStateError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { openProcess } from "../../runtime/opened_process.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { endContainer, tellMonitor } from "./end.ts";
import { readStatus } from "./list.ts";
import { findConfig, findProcess } from "./look_up.ts";
import { readRestarting } from "./records.ts";
import {
  isEnding,
  noteStop,
  signalContainer,
  thawContainer,
} from "./signal.ts";

/**
 * Sends a signal to a container's process 1. With SIGKILL it also waits until
 * its end is on record. A container about to be started again is not.
 *
 * @param reference As `findContainer` takes it.
 * @throws {NotFoundError} If there is none.
 * @throws {InvalidStateError} If it is not running.
 */
export async function killContainer(
  engine: Pick<Engine, "paths" | "warn">,
  reference: string,
  signal: number,
): Promise<void> {
  const { paths } = engine;
  const config = findConfig(paths, reference);
  const running = findProcess(paths, config.id);
  if (running === undefined) {
    const { state } = readStatus(paths, config);
    if (state !== "restarting") {
      throw new InvalidStateError(
        config.id,
        "kill",
        state,
        `cannot kill container: ${reference}: container ${config.id} is not running`,
      );
    }
  }
  if (running === undefined || signal === SIGNALS.SIGKILL) {
    const end = { signal: SIGNALS.SIGKILL, timeoutMs: 0 };
    await endContainer(engine, config, end);
    return;
  }
  passSignal(paths, config, signal);
}

/**
 * Sends a signal to the process 1 that a container has right now. One that is
 * about to be started again is not, if the signal is to end it.
 */
export function passSignal(
  paths: HostPaths,
  config: ContainerConfig,
  signal: number,
): void {
  const hasToEnd = isEnding(config, signal);
  const running = findProcess(paths, config.id);
  using process = running && openProcess(running);
  if (process !== undefined) {
    if (hasToEnd) noteStop(paths, config);
    signalContainer(paths, config, { process, signal });
    if (hasToEnd) thawContainer(config);
    return;
  }
  const restarting = hasToEnd ? readRestarting(paths, config.id) : undefined;
  if (restarting !== undefined) tellMonitor(paths, config, restarting);
}
