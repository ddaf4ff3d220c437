/**
 * What the commands on one container begin with: its configuration, and its
 * process if it has one.
 *
 * @module
 */
import { InvalidStateError, NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { isRunning } from "../../runtime/process_identity.ts";
import type { ContainerConfig } from "../container_config.ts";
import { findContainer } from "./find.ts";
import { findRunning } from "./find_running.ts";
import { readStatus } from "./list.ts";
import { readConfig, type RunningRecord } from "./records.ts";

/**
 * Finds a container's configuration.
 *
 * @param reference As `findContainer` takes it.
 * @throws {NotFoundError} If there is none, or it is only half created.
 * @throws {ConflictError} If several are meant.
 */
export function findConfig(
  paths: HostPaths,
  reference: string,
): ContainerConfig {
  const config = readConfig(paths, findContainer(paths, reference));
  if (config !== undefined) return config;
  throw new NotFoundError(`No such container: ${reference}`, {
    advice: "tsdocker ps -a",
  });
}

/** A container's process, if it is running right now. */
export function findProcess(
  paths: HostPaths,
  id: ContainerId,
): RunningRecord | undefined {
  const running = findRunning(paths, id);
  return running !== undefined && isRunning(running) ? running : undefined;
}

/**
 * A container's process, for what can only be done to one that runs.
 *
 * @param operation What is to be done, such as `pause`.
 * @throws {InvalidStateError} If it does not run, in docker's words.
 */
export function requireProcess(
  paths: HostPaths,
  config: ContainerConfig,
  operation: string,
): RunningRecord {
  const running = findProcess(paths, config.id);
  if (running !== undefined) return running;
  const { state } = readStatus(paths, config);
  throw new InvalidStateError(
    config.id,
    operation,
    state,
    state === "restarting"
      ? `Container ${config.id} is restarting, wait until the container is running`
      : `Container ${config.id} is not running`,
    { advice: `tsdocker start ${config.name}` },
  );
}
