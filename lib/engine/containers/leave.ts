/**
 * Leaving what runs in the foreground: a monitor gets the terminal, and the
 * container's lock if it was kept here, and goes on where the caller has stopped.
 *
 * @module
 */
import type { Fd } from "../../../ffi/fd.ts";
import type { LogWriter } from "../../monitor/json_log/writer.ts";
import { ConflictError } from "../../base/errors.ts";
import type { ContainerProcess } from "../../runtime/launch/container_process.ts";
import { identifyProcess } from "../../runtime/process_identity.ts";
import type { Engine } from "../engine.ts";
import { recordContainerEvent } from "../events.ts";
import type { CreatedContainer } from "./create.ts";
import type { ExecEvents } from "./exec_events.ts";
import type { ExecTarget } from "./exec_target.ts";
import { spawnMonitor } from "./start.ts";

/** What is handed over, and what must not be in use any more. */
export interface LeftContainer
  extends Pick<CreatedContainer, "config" | "lock"> {
  /** The master side of its terminal. */
  readonly terminal: Fd;
  /** It has one writer. */
  readonly log: LogWriter | undefined;
}

/**
 * Hands a container over to a monitor. The caller keeps its own descriptors of
 * lock and terminal, and must not use them any more.
 *
 * @throws {ConflictError} If the program has ended meanwhile; it is the caller's
 * as before.
 * @throws {HostError} If the monitor has died; so it is then.
 */
export async function leaveContainer(
  engine: Engine,
  { config, lock, terminal, log }: LeftContainer,
): Promise<void> {
  using monitor = spawnMonitor(engine);
  log?.[Symbol.dispose]();
  const request = { kind: "take-over", id: config.id } as const;
  await monitor.takeOver(request, [lock, terminal]);
  recordContainerEvent(engine.paths, config, { action: "detach" });
}

/** A further program that is handed over. */
export interface LeftExec extends ExecTarget, ExecEvents {
  readonly process: ContainerProcess;
  /** The master side of its terminal. */
  readonly terminal: Fd;
}

/**
 * Hands a further program in a container over to somebody who reads what it
 * writes, so that it can go on, and writes down its end.
 *
 * @throws As {@linkcode leaveContainer} does.
 */
export async function leaveExec(
  engine: Engine,
  { config, execId, record, process, terminal }: LeftExec,
): Promise<void> {
  using monitor = spawnMonitor(engine);
  const identity = identifyProcess(process.pid);
  if (identity === undefined) throw new ConflictError("It has ended");
  await monitor.takeOver(
    { kind: "take-over-exec", id: config.id, execId, process: identity },
    [terminal],
  );
  record("exec_detach");
}
