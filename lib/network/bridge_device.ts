/**
 * The bridge of a network, in the network namespace of the calling thread.
 *
 * @module
 */
import { HostError } from "../base/errors.ts";
import { addAddress } from "./link/address_requests.ts";
import { readLink } from "./link/link.ts";
import {
  changeLink,
  createBridge,
  findLink,
  listLinks,
} from "./link/link_requests.ts";
import { linkNamed, removeDevice } from "./link/named_link.ts";
import { addLoopbackRoute } from "./link/route_requests.ts";
import { macAddressFor } from "./mac_address.ts";
import type { NetlinkRequest } from "./netlink/message.ts";
import { isNetlinkError } from "./netlink/netlink_error.ts";
import type { NetlinkSocket } from "./netlink/netlink_socket.ts";
import {
  allowLoopbackOver,
  allowsIpv6,
  ignoreRouters,
  skipDuplicateDetection,
} from "./network_sysctl.ts";
import type { InterfaceAddress } from "./subnet.ts";

/** Whose a bridge is: its note tells everybody. */
export interface BridgeOwner {
  /** The name of our table of the packet filter, which a root has alone. */
  readonly table: string;
  /** The network's id. */
  readonly network: string;
}

/** What a bridge is to be. */
export interface BridgeDevice {
  readonly name: string;
  readonly owner: BridgeOwner;
  /** The gateways of its containers. */
  readonly addresses: readonly InterfaceAddress[];
  readonly mtu?: number;
}

/**
 * Makes a bridge and all that belongs to it, or what is missing of that: a
 * command may have been killed over it, or another one be making it now.
 *
 * @returns The bridge's number.
 * @throws {NetlinkError} If the kernel refuses.
 * @throws {HostError} If its parameters cannot be set, or the name is that of
 * another device.
 */
export function ensureBridge(
  links: NetlinkSocket,
  { name, owner, addresses, mtu }: BridgeDevice,
): number {
  const [first] = addresses;
  // With an address of its own, it does not take that of the lowest port,
  // which would be another one with every container.
  const macAddress = first && { macAddress: macAddressFor(first.address) };
  const settings = { ...(mtu === undefined ? {} : { mtu }), ...macAddress };
  // To be refused takes longer than to be asked.
  let device = linkNamed(links, name);
  if (device === undefined) {
    performOnce(links, createBridge(name, settings));
    device = readLink(links.get(findLink(name)));
  }
  const { index, isUp, kind } = device;
  if (kind !== "bridge") {
    throw new HostError(
      `Cannot make the bridge "${name}": it is another device`,
    );
  }
  // A host that has switched it off keeps its networks: they go on with IPv4.
  const has6 = addresses.some(({ address }) => address.version === 6) &&
    allowsIpv6(name);
  if (!isUp) {
    skipDuplicateDetection(name);
    ignoreRouters(name);
    allowLoopbackOver(name);
    for (const one of addresses) {
      if (one.address.version === 6 && !has6) continue;
      performOnce(links, addAddress(index, one));
    }
    // Last: one that is up has all that.
    const alias = formatOwner(owner);
    links.perform(changeLink(index, { alias, state: "up" }));
  }
  if (has6) performOnce(links, addLoopbackRoute(index));
  return index;
}

/**
 * Removes the bridge of a network; its ports stay, with no bridge. Forgives a
 * missing one, and leaves one that was there before the network.
 */
export function removeBridge(
  links: NetlinkSocket,
  name: string,
  owner: BridgeOwner,
): void {
  const found = linkNamed(links, name);
  // One whose maker was killed over it has no note yet.
  const isOurs = found?.alias === formatOwner(owner) ||
    (found?.alias === undefined && BRIDGE_NAME.test(name));
  if (isOurs) removeDevice(links, name);
}

/** Whose bridges are looked at, and which of them are needed. */
export interface BridgeCensus extends Pick<BridgeOwner, "table"> {
  /** Whether there is a network of an id, at this very moment. */
  readonly isKnown: (network: string) => boolean;
}

/**
 * Removes the bridges of networks that are gone. Those of other roots stay.
 *
 * @returns Their names.
 */
export function removeAbandonedBridges(
  links: NetlinkSocket,
  { table, isKnown }: BridgeCensus,
): string[] {
  const abandoned = listOwnBridges(links, table)
    .filter(({ network }) => !isKnown(network))
    .map(({ name }) => name);
  for (const name of abandoned) removeDevice(links, name);
  return abandoned;
}

/** Whether there is a bridge of a root, whatever its records know. */
export function hasOwnBridge(links: NetlinkSocket, table: string): boolean {
  return listOwnBridges(links, table).length > 0;
}

function listOwnBridges(
  links: NetlinkSocket,
  table: string,
): { readonly name: string; readonly network: string }[] {
  return links.list(listLinks()).map(readLink)
    .flatMap(({ name, kind, alias }) => {
      const owner = kind === "bridge" ? readOwner(alias) : undefined;
      return owner?.table === table ? [{ name, network: owner.network }] : [];
    });
}

/** The names of bridges that were not given one. */
const BRIDGE_NAME = /^tsd-[0-9a-f]{11}$/;

function formatOwner({ table, network }: BridgeOwner): string {
  return `${table} ${network}`;
}

function readOwner(alias: string | undefined): BridgeOwner | undefined {
  const [, table, network] = /^(\S+) ([0-9a-f]{64})$/.exec(alias ?? "") ?? [];
  return table === undefined || network === undefined
    ? undefined
    : { table, network };
}

/** Has something made, unless it is there. */
function performOnce(links: NetlinkSocket, request: NetlinkRequest): void {
  try {
    links.perform(request);
  } catch (error) {
    if (!isNetlinkError(error, "EEXIST")) throw error;
  }
}
