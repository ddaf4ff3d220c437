/**
 * Whether the subnets of a network are in use on this machine besides.
 *
 * @module
 */
import {
  listAddresses,
  readAddress,
} from "../../network/link/address_requests.ts";
import { readLink } from "../../network/link/link.ts";
import { listLinks } from "../../network/link/link_requests.ts";
import type { NetlinkSocket } from "../../network/netlink/netlink_socket.ts";
import type { NetworkRecord } from "../../network/network_store.ts";
import { overlaps, parseSubnet, subnetOf } from "../../network/subnet.ts";

/**
 * Finds a device of the host that has an address in a network's subnet. What
 * is on its wire may be out of reach once the bridge has an address there, too.
 *
 * @param links Of the host.
 * @returns A sentence for the user; nothing if there is none, or if the network
 * is on the device's wire.
 */
export function hostOverlap(
  links: NetlinkSocket,
  { name, driver, device, subnets }: Pick<
    NetworkRecord,
    "name" | "driver" | "device" | "subnets"
  >,
): string | undefined {
  if (driver !== "bridge") return undefined;
  const devices = new Map(
    links.list(listLinks()).map(readLink).map((link) => [link.index, link]),
  );
  const own = links.list(listAddresses()).map(readAddress)
    .flatMap((one) => one === undefined ? [] : [one]);
  for (const { subnet: text } of subnets) {
    const subnet = parseSubnet(text);
    const found = own.find(({ index, address, prefix }) =>
      subnet !== undefined && devices.get(index)?.name !== device &&
      overlaps(subnet, subnetOf(address, prefix))
    );
    if (found === undefined) continue;
    const other = devices.get(found.index)?.name;
    return `Device ${other} has an address in ${text}: when a container is on ` +
      `network ${name}, the host may not reach what is on the wire of ${other}`;
  }
  return undefined;
}
