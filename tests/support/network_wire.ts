/**
 * Wires between network namespaces, which stand for machines in tests.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Fd } from "../../ffi/fd.ts";
import { parseIpAddress } from "../../lib/network/ip_address.ts";
import { addAddress } from "../../lib/network/link/address_requests.ts";
import { type Link, readLink } from "../../lib/network/link/link.ts";
import {
  changeLink,
  createVethPair,
  findLink,
} from "../../lib/network/link/link_requests.ts";
import { addDefaultRoute } from "../../lib/network/link/route_requests.ts";
import { NetlinkSocket } from "../../lib/network/netlink/netlink_socket.ts";
import { withinNetwork } from "../../lib/network/network_namespace.ts";
import { skipDuplicateDetection } from "../../lib/network/network_sysctl.ts";
import { parseInterfaceAddress } from "../../lib/network/subnet.ts";

/** One end of a wire. */
export interface WireEnd {
  readonly namespace: Fd;
  /** The device's name there. */
  readonly device: string;
  /** The device's addresses, such as `192.0.2.1/24`. */
  readonly addresses: readonly string[];
}

/** Joins two machines. Their loopbacks are up afterwards, too. */
export function joinByWire(one: WireEnd, other: WireEnd): void {
  using near = openRoutes(one.namespace);
  near.perform(createVethPair({
    name: one.device,
    peer: { name: other.device, namespace: other.namespace },
  }));
  using far = openRoutes(other.namespace);
  for (const [socket, end] of [[near, one], [far, other]] as const) {
    raise(socket, "lo", []);
    // Else it could ask for no neighbour by IPv6 for a second or two.
    withinNetwork(end.namespace, () => skipDuplicateDetection(end.device));
    raise(socket, end.device, end.addresses);
  }
}

/** A conversation about links, addresses and routes of a machine. */
export function openRoutes(namespace: Fd): NetlinkSocket {
  return withinNetwork(namespace, () => NetlinkSocket.openRoute());
}

/** A device as it is. */
export function linkOf(socket: NetlinkSocket, name: string): Link {
  return readLink(socket.get(findLink(name)));
}

/** Brings a device up, and gives it addresses. */
export function raise(
  socket: NetlinkSocket,
  name: string,
  addresses: readonly string[],
): void {
  const { index } = linkOf(socket, name);
  socket.perform(changeLink(index, { state: "up" }));
  for (const text of addresses) {
    const address = parseInterfaceAddress(text);
    assert.ok(address, text);
    socket.perform(addAddress(index, address));
  }
}

/** Sends what no route is for to one of these, by version of IP. */
export function addGateways(
  socket: NetlinkSocket,
  gateways: readonly string[],
): void {
  for (const text of gateways) {
    const address = parseIpAddress(text);
    assert.ok(address, text);
    socket.perform(addDefaultRoute(address));
  }
}
