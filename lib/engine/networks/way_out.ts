/**
 * The way out of a container: the network through which it sends what none of
 * its networks is for.
 *
 * @module
 */
import type { Fd } from "../../../ffi/fd.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { type IpAddress, parseIpAddress } from "../../network/ip_address.ts";
import { readLink } from "../../network/link/link.ts";
import { findLink } from "../../network/link/link_requests.ts";
import {
  addDefaultRoute,
  removeRoute,
} from "../../network/link/route_requests.ts";
import type { NetlinkRequest } from "../../network/netlink/message.ts";
import { NetlinkSocket } from "../../network/netlink/netlink_socket.ts";
import { withinNetwork } from "../../network/network_namespace.ts";
import { readNetwork } from "../../network/network_store.ts";
import { outsideVersions } from "../../network/outside_versions.ts";
import { waysOf } from "./endpoint.ts";
import { ownAddressTest } from "./network_subnets.ts";
import {
  type EndpointState,
  type NetworkState,
  wayOut,
} from "./network_state.ts";

/**
 * The endpoint that is to become the way out, if there is none any more: the
 * first that can be.
 *
 * @returns As it is to be, or `undefined` if none has to be changed.
 */
export function nextWayOut(
  paths: Pick<HostPaths, "networks">,
  state: Pick<NetworkState, "endpoints">,
): EndpointState | undefined {
  if (wayOut(state) !== undefined) return undefined;
  const outside = outsideVersions(ownAddressTest(paths));
  for (const endpoint of state.endpoints) {
    const network = readNetwork(paths, endpoint.networkName);
    if (network?.id !== endpoint.network) continue;
    if (network.access === "internal") continue;
    const ways = waysOf(network, "default", outside);
    const gateways = network.subnets.map(({ gateway }) => gateway)
      .filter((text) => {
        const version = parseIpAddress(text)?.version;
        return version !== undefined && ways.has(version);
      });
    if (gateways.length > 0) return { ...endpoint, gateways };
  }
  return undefined;
}

type Way = Pick<EndpointState, "slot" | "gateways">;

/**
 * Makes one of a container's devices the way out.
 *
 * @param namespace The container's network namespace.
 * @throws {NetlinkError} If the kernel refuses.
 */
export function addWayOut(namespace: Fd, way: Way): void {
  changeWayOut(namespace, way, addDefaultRoute);
}

/** Takes back what {@linkcode addWayOut} has done. */
export function removeWayOut(namespace: Fd, way: Way): void {
  changeWayOut(namespace, way, (gateway, device) => {
    const { version } = gateway;
    const destination = { version, base: 0n, prefix: 0 };
    return removeRoute({ destination, gateway, device });
  });
}

function changeWayOut(
  namespace: Fd,
  { slot, gateways }: Way,
  change: (gateway: IpAddress, device: number) => NetlinkRequest,
): void {
  withinNetwork(namespace, () => {
    using links = NetlinkSocket.openRoute();
    const { index } = readLink(links.get(findLink(`eth${slot}`)));
    for (const text of gateways) {
      const gateway = parseIpAddress(text);
      if (gateway !== undefined) links.perform(change(gateway, index));
    }
  });
}
