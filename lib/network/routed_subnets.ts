/**
 * Where this machine has a way to, so that no new network gets in the way.
 *
 * @module
 */
import { listAddresses, readAddress } from "./link/address_requests.ts";
import { listRoutes, readRoute } from "./link/route_requests.ts";
import { NetlinkSocket } from "./netlink/netlink_socket.ts";
import { type Subnet, subnetOf } from "./subnet.ts";

/**
 * The destinations of all routes of all tables, and the subnets of all
 * addresses: a device that is down has no routes yet.
 */
export function routedSubnets(): Subnet[] {
  using links = NetlinkSocket.openRoute();
  const routes = links.list(listRoutes()).map(readRoute)
    .flatMap((route) => route === undefined ? [] : [route.destination]);
  const addresses = links.list(listAddresses()).map(readAddress)
    .flatMap((one) =>
      one === undefined ? [] : [subnetOf(one.address, one.prefix)]
    );
  return [...routes, ...addresses];
}
