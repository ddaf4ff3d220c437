/**
 * Changes what a container has of networks: its configuration, and what there
 * is of it if it runs. All of that, or nothing.
 *
 * @module
 */
import { blockThread } from "../../base/block_thread.ts";
import { InvalidStateError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import type { ContainerConfig } from "../container_config.ts";
import { changeConfig } from "../containers/change_config.ts";
import { whileSteady } from "../containers/while_steady.ts";
import { LiveNetwork } from "./live_network.ts";

/** What a change has at hand. */
export interface NetworkChange {
  readonly before: ContainerConfig;
  /** Opens its networks, if it runs. */
  live(): LiveNetwork | undefined;
  /** Is disposed of if the change fails, and let go of else. */
  readonly undo: DisposableStack;
}

/** How long the end of a container may take, and how often to look. */
const END_TIMEOUT_MS = 5000;
const LOOK_MS = 20;

/**
 * Makes a change while nobody else does. If the container ends meanwhile, it is
 * made again, to what does not run.
 *
 * @param change Gives the new configuration; may throw.
 * @returns The new configuration.
 * @throws {NotFoundError} If the container is gone.
 * @throws {ConflictError} If somebody works on it for too long.
 */
export function changeNetworks(
  paths: HostPaths,
  id: ContainerId,
  change: (change: NetworkChange) => ContainerConfig,
): ContainerConfig {
  const deadline = performance.now() + END_TIMEOUT_MS;
  for (;;) {
    try {
      return changeOnce(paths, id, change);
    } catch (error) {
      const hasEnded = error instanceof InvalidStateError;
      if (!hasEnded || performance.now() > deadline) throw error;
      // Its process is gone, and nobody has written that down yet.
      blockThread(LOOK_MS);
    }
  }
}

function changeOnce(
  paths: HostPaths,
  id: ContainerId,
  change: (change: NetworkChange) => ContainerConfig,
): ContainerConfig {
  return whileSteady(paths, id, (running) => {
    using opened = new DisposableStack();
    using undo = new DisposableStack();
    const config = changeConfig(paths, id, (before) => {
      const live = (): LiveNetwork | undefined =>
        running && opened.use(
          new LiveNetwork(paths, { config: before, pid: running.pid }),
        );
      return change({ before, live, undo });
    });
    undo.move();
    return config;
  });
}
