/**
 * By which versions of IP this machine is connected to others.
 *
 * @module
 */
import { type IpAddress, type IpVersion, isLoopback } from "./ip_address.ts";
import { listAddresses, readAddress } from "./link/address_requests.ts";
import type { NetlinkSocket } from "./netlink/netlink_socket.ts";
import { containsAddress, parseSubnet, type Subnet } from "./subnet.ts";

/** Addresses of IPv6 that say no more than that the kernel knows it. */
const LINK_LOCAL = parseSubnet("fe80::/10");

/**
 * The versions of IP by which somebody else may reach this machine. IPv4 always
 * is one; IPv6 if a device has an address of it that is for others.
 *
 * @param own The subnets of our networks, whose bridges have such addresses.
 */
export function outsideVersions(
  links: NetlinkSocket,
  own: readonly Subnet[],
): ReadonlySet<IpVersion> {
  const isForOthers = (address: IpAddress): boolean =>
    address.version === 6 && !isLoopback(address) &&
    !(LINK_LOCAL !== undefined && containsAddress(LINK_LOCAL, address)) &&
    !own.some((subnet) => containsAddress(subnet, address));
  const has6 = links.list(listAddresses()).some((message) => {
    const found = readAddress(message);
    return found !== undefined && isForOthers(found.address);
  });
  return new Set<IpVersion>(has6 ? [4, 6] : [4]);
}
