/**
 * Gives back what a container had of networks: ports, addresses, names. Its
 * devices go with its network namespace.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { namesIn } from "../../base/names_in.ts";
import { leasesOf } from "./endpoint.ts";
import { HostNetwork } from "./host_network.ts";
import { recordEndpointEvents } from "./network_event.ts";
import { updateNeighbours } from "./neighbours.ts";
import { forgetNetworkState, readNetworkState } from "./network_state.ts";
import { hasPorts, unpublishPorts } from "./published_ports.ts";

/**
 * Gives all of it back, of a container whose processes have ended. May be done
 * again if it fails: what is gone is forgiven.
 *
 * @throws {NetlinkError} If the kernel refuses.
 */
export function releaseNetworks(paths: HostPaths, id: ContainerId): void {
  const state = readNetworkState(paths, id) ?? { endpoints: [], ports: [] };
  if (hasPorts(paths, id)) {
    using kernel = new HostNetwork(paths);
    unpublishPorts(paths, kernel, id, state);
  }
  // Its keeper may have died before it could write down which.
  const networks = namesIn(paths.addresses).filter((network) => {
    const leases = leasesOf(paths, network);
    const isThere = leases.list().some(({ owner }) => owner === id);
    if (isThere) leases.release(id);
    return isThere;
  });
  // Last of all: it tells the next command that there is something to do.
  forgetNetworkState(paths, id);
  recordEndpointEvents(paths, id, state, "disconnect");
  updateNeighbours(paths, networks);
}
