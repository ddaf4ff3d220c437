/**
 * Gives back what a container had of networks: ports, addresses, names. Its
 * devices go with its network namespace, unless others are in that.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { namesIn } from "../../base/names_in.ts";
import { detach } from "../../network/attachment.ts";
import { leasesIn } from "../../network/lease_owners.ts";
import { NetlinkSocket } from "../../network/netlink/netlink_socket.ts";
import { leasesOf } from "./endpoint.ts";
import { HostNetwork } from "./host_network.ts";
import { recordEndpointEvents } from "./network_event.ts";
import { hasOthers, updateNeighbours } from "./neighbours.ts";
import {
  emptyNetworkState,
  forgetNetworkState,
  type NetworkState,
  NO_NETWORKS,
  readNetworkState,
} from "./network_state.ts";
import { isShared, unmarkShared } from "./shared_namespace.ts";

/** What only who publishes ports needs. */
export type PortMeans = Pick<
  typeof import("./published_ports.ts"),
  "claimPorts" | "detourPorts" | "publishPorts" | "unpublishPorts"
>;

/**
 * Gives all of it back, of a container whose processes have ended. May be done
 * again if it fails: what is gone is forgiven.
 *
 * @throws {NetlinkError} If the kernel refuses.
 */
export async function releaseNetworks(
  paths: HostPaths,
  id: ContainerId,
): Promise<void> {
  const ports = leasesIn(paths.ports, id).length === 0
    ? undefined
    : await import("./published_ports.ts");
  giveBack(paths, id, ports);
}

/**
 * As {@linkcode releaseNetworks}, at once.
 *
 * @param ports Absent if it has none.
 */
export function giveBack(
  paths: HostPaths,
  id: ContainerId,
  ports: PortMeans | undefined,
): void {
  const state = readNetworkState(paths, id) ?? NO_NETWORKS;
  if (ports !== undefined) {
    const kernel = new HostNetwork(paths);
    try {
      ports.unpublishPorts(paths, kernel, id, state);
    } finally {
      kernel.endLater();
    }
  }
  // Before its addresses are another one's.
  if (isShared(paths, id)) detachAll(id, state);
  // Its keeper may have died before it could write down which.
  const leases = new Map(
    namesIn(paths.addresses).map((network) =>
      [network, leasesIn(`${paths.addresses}/${network}`, id)] as const
    ).filter(([, names]) => names.length > 0),
  );
  // Whoever is named in a state is told of.
  if (state.endpoints.length > 0) emptyNetworkState(paths, id);
  // Before the leases are gone, which tell the next command whom to tell.
  if (hasOthers(paths, id)) updateNeighbours(paths, [...leases.keys()]);
  for (const [network, names] of leases) {
    leasesOf(paths, network).release(id, names);
  }
  unmarkShared(paths, id);
  // Last of all: it tells the next command that there is something to do.
  forgetNetworkState(paths, id);
  recordEndpointEvents(paths, id, state, "disconnect");
}

/** Its namespace goes on, as long as others are in it. */
function detachAll(id: ContainerId, { endpoints }: NetworkState): void {
  using links = NetlinkSocket.openRoute();
  for (const { slot } of endpoints) detach(links, id, slot);
}
