/**
 * `kill`: sends a signal to a container.
 *
 * @module
 */
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import { InvalidStateError } from "../../base/errors.ts";
import { openProcess } from "../../runtime/opened_process.ts";
import type { Engine } from "../engine.ts";
import { endContainer } from "./end.ts";
import { readStatus } from "./list.ts";
import { findConfig, findProcess } from "./look_up.ts";
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
  using process = openProcess(running);
  if (process === undefined) return;
  const hasToEnd = isEnding(config, signal);
  if (hasToEnd) noteStop(paths, config);
  signalContainer(paths, config, { process, signal });
  if (hasToEnd) thawContainer(config);
}
