/**
 * `restart`: stops a container and starts it again, detached.
 *
 * @module
 */
import { InvalidStateError } from "../../base/errors.ts";
import type { Engine } from "../engine.ts";
import { recordContainerEvent } from "../events.ts";
import { findConfig, findProcess } from "./look_up.ts";
import { startDetached } from "./start.ts";
import { stopContainer, type StopOptions, type StopReport } from "./stop.ts";

/**
 * Restarts a container; one that does not run is started.
 *
 * @param reference As `findContainer` takes it.
 * @returns How it was stopped.
 * @throws {NotFoundError} If there is none.
 * @throws {InvalidStateError} If it would be removed by being stopped.
 * @throws {StartError} If it cannot be started again.
 */
export async function restartContainer(
  engine: Engine,
  reference: string,
  options: StopOptions = {},
): Promise<StopReport> {
  const config = findConfig(engine.paths, reference);
  const isRunning = findProcess(engine.paths, config.id) !== undefined;
  if (config.autoRemove && isRunning) {
    throw new InvalidStateError(
      config.id,
      "restart",
      "running",
      `cannot restart container: ${reference}: it was started with --rm, and is removed when it is stopped`,
      { advice: "run it without --rm" },
    );
  }
  // By its id: its name may be given to another one meanwhile.
  const report = await stopContainer(engine, config.id, options);
  await startDetached(engine, config.id);
  recordContainerEvent(engine.paths, config, { action: "restart" });
  return report;
}
