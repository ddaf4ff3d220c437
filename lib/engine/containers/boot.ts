/**
 * What happens to containers when the host starts and when it stops.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { type ContainerSummary, listContainers } from "./list.ts";
import { clearStopRequest, isStopRequested } from "./stop_request.ts";
import { stopContainer } from "./stop.ts";

/**
 * The containers to start after a boot, the oldest first: those whose restart
 * policy is `always`, and those that are `unless-stopped` and were not. What
 * was never started is not started now.
 */
export function containersToBoot(paths: HostPaths): ContainerConfig[] {
  return listContainers(paths).toReversed()
    .filter(({ config, status }) =>
      status.state === "exited" && isBooted(paths, config)
    )
    .map(({ config }) => config);
}

function isBooted(
  paths: HostPaths,
  { id, restart }: ContainerConfig,
): boolean {
  switch (restart.name) {
    case "always":
      return true;
    case "unless-stopped":
      return !isStopRequested(paths, id);
    // What ended with the host has not failed.
    case "on-failure":
    case "no":
      return false;
  }
}

/** The containers to stop before the host does, the newest first. */
export function containersToHalt(paths: HostPaths): ContainerConfig[] {
  const isActive = ({ status: { state } }: ContainerSummary): boolean =>
    state !== "created" && state !== "exited";
  return listContainers(paths).filter(isActive).map(({ config }) => config);
}

/**
 * Stops a container as the host stops: unlike one that a user has stopped, it
 * is started again after the boot.
 *
 * @throws {HostError} If it cannot be ended.
 */
export async function haltContainer(
  engine: Pick<Engine, "paths" | "warn">,
  { id }: Pick<ContainerConfig, "id">,
): Promise<void> {
  const { paths } = engine;
  const wasRequested = isStopRequested(paths, id);
  await stopContainer(engine, id);
  if (!wasRequested) clearStopRequest(paths, id);
}
