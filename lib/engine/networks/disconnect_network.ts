/**
 * `network disconnect`: one network less for a container, at once if it runs.
 *
 * @module
 */
import { NotFoundError } from "../../base/errors.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { changeConfig } from "../containers/change_config.ts";
import { findConfig } from "../containers/look_up.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { leasesOf } from "./endpoint.ts";
import {
  assertNotHost,
  findEndpoint,
  withoutEndpoint,
} from "./endpoint_changes.ts";
import { findNetwork } from "./find_network.ts";
import { updateNeighbours } from "./neighbours.ts";
import type { EndpointConfig } from "./network_config.ts";
import { recordNetworkUse } from "./network_event.ts";

type Surroundings = Pick<Engine, "paths" | "warn">;

/** Which container is disconnected from which network. */
export interface DisconnectOptions {
  /** The network's name, its id, or the start of that; it may be gone. */
  readonly network: string;
  /** As `findContainer` takes it. */
  readonly container: string;
  /** `forced`: what the kernel refuses is warned of, and does not matter. */
  readonly manner: "plain" | "forced";
}

/**
 * Disconnects a container from a network. If that fails, it is connected still.
 *
 * @throws {NotFoundError} If there is no such container, or it is not connected
 * to such a network.
 * @throws {ConflictError} If it is the host's.
 */
export async function disconnectNetwork(
  { paths, warn }: Surroundings,
  { network: reference, container, manner }: DisconnectOptions,
): Promise<void> {
  assertNotHost(reference);
  const found = findConfig(paths, container);
  const { id } = found;
  if (reference === "none" && found.network === "none") {
    disconnectNone(paths, id);
    return;
  }
  const endpoint = findEndpoint(found, reference);
  const { changeNetworks } = await import("./change_networks.ts");
  changeNetworks(paths, id, ({ before, live, undo }) => {
    // Somebody else may have been faster.
    const current = findEndpoint(before, endpoint.network);
    try {
      const running = live();
      if (running !== undefined) undo.use(running.disconnect(current));
    } catch (error) {
      if (manner === "plain") throw error;
      const why = error instanceof Error ? error.message : String(error);
      warn(`Container ${before.name} may be connected still: ${why}`);
    }
    return { ...before, ...withoutEndpoint(before, current) };
  });
  // Before the lease is gone, which tells the next command whom to tell.
  updateNeighbours(paths, [endpoint.network], [id]);
  // Not before: until now, it might have had to be connected again.
  leasesOf(paths, endpoint.network).release(id);
  recordUse(paths, id, endpoint);
}

/** From now on it may be connected to others. */
function disconnectNone(paths: Engine["paths"], id: ContainerId): void {
  changeConfig(paths, id, (before): ContainerConfig => {
    if (before.network !== "none") {
      throw new NotFoundError(
        `container ${id} is not connected to network none`,
      );
    }
    return { ...before, network: "connected", networks: [] };
  });
}

/** Of a network that is gone nobody wants to hear. */
function recordUse(
  paths: Engine["paths"],
  id: ContainerId,
  { network }: EndpointConfig,
): void {
  try {
    const record = findNetwork(paths, network);
    recordNetworkUse(paths, record, { action: "disconnect", container: id });
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
}
