/**
 * The bridge of a network, in the network namespace of the calling thread.
 *
 * @module
 */
import { addAddress } from "./link/address_requests.ts";
import { type Link, readLink } from "./link/link.ts";
import {
  changeLink,
  createBridge,
  findLink,
  removeLink,
} from "./link/link_requests.ts";
import { addLoopbackRoute } from "./link/route_requests.ts";
import { macAddressFor } from "./mac_address.ts";
import type { NetlinkRequest } from "./netlink/message.ts";
import { isNetlinkError } from "./netlink/netlink_error.ts";
import type { NetlinkSocket } from "./netlink/netlink_socket.ts";
import { allowLoopbackOver, skipDuplicateDetection } from "./network_sysctl.ts";
import type { InterfaceAddress } from "./subnet.ts";

/** What a bridge is to be. */
export interface BridgeDevice {
  readonly name: string;
  /** The gateways of its containers. */
  readonly addresses: readonly InterfaceAddress[];
  readonly mtu?: number;
}

/** A device of a name, if there is one. */
export function linkNamed(
  links: NetlinkSocket,
  name: string,
): Link | undefined {
  try {
    return readLink(links.get(findLink(name)));
  } catch (error) {
    if (isNetlinkError(error, "ENODEV")) return undefined;
    throw error;
  }
}

/**
 * Makes a bridge and all that belongs to it, or what is missing of that: a
 * command may have been killed over it, or another one be making it now.
 *
 * @returns The bridge's number.
 * @throws {NetlinkError} If the kernel refuses.
 * @throws {HostError} If its parameters cannot be set.
 */
export function ensureBridge(
  links: NetlinkSocket,
  { name, addresses, mtu }: BridgeDevice,
): number {
  const [first] = addresses;
  // With an address of its own, it does not take that of the lowest port,
  // which would be another one with every container.
  const macAddress = first && { macAddress: macAddressFor(first.address) };
  const settings = { ...(mtu === undefined ? {} : { mtu }), ...macAddress };
  performOnce(links, createBridge(name, settings));
  const { index, isUp } = readLink(links.get(findLink(name)));
  if (!isUp) {
    skipDuplicateDetection(name);
    allowLoopbackOver(name);
    for (const address of addresses) {
      performOnce(links, addAddress(index, address));
    }
    // Last: one that is up has all that.
    links.perform(changeLink(index, { state: "up" }));
  }
  if (addresses.some(({ address }) => address.version === 6)) {
    performOnce(links, addLoopbackRoute(index));
  }
  return index;
}

/** Removes a bridge; its ports stay, with no bridge. Forgives a missing one. */
export function removeBridge(links: NetlinkSocket, name: string): void {
  try {
    links.perform(removeLink(name));
  } catch (error) {
    if (!isNetlinkError(error, "ENODEV")) throw error;
  }
}

/** Has something made, unless it is there. */
function performOnce(links: NetlinkSocket, request: NetlinkRequest): void {
  try {
    links.perform(request);
  } catch (error) {
    if (!isNetlinkError(error, "EEXIST")) throw error;
  }
}
