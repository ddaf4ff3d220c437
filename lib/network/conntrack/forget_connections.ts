/**
 * Has the kernel forget connections. It goes on sending the packets of one
 * where it has sent the first, whatever the rules say since; and one of UDP
 * lasts as long as somebody keeps sending.
 *
 * Where the kernel follows no connections, there is nothing to forget.
 *
 * @module
 */
import { type IpAddress, isSameAddress, isUnspecified } from "../ip_address.ts";
import { listAddresses, readAddress } from "../link/address_requests.ts";
import { isNetlinkError } from "../netlink/netlink_error.ts";
import type { NetlinkSocket } from "../netlink/netlink_socket.ts";
import { PROTOCOL_NUMBERS } from "../nftables/match.ts";
import type { PublishedContainer } from "../nftables/publication_rules.ts";
import type { SettledPublication } from "../port_publication.ts";
import {
  type Connection,
  type ConnectionFilter,
  type Direction,
  listConnections,
  readConnection,
  removeConnection,
} from "./connection_requests.ts";

/** Connections of one protocol are looked for. */
const PROTOCOL = PROTOCOL_NUMBERS.udp;

/**
 * Ends connections of UDP that lead to a container with published ports, so
 * that the next holder of its ports gets what is sent there. To be done when
 * its rules are gone.
 *
 * Blocks for some milliseconds if there are such ports: the kernel looks at
 * all connections it follows.
 *
 * @param filter Of the namespace that has the bridges.
 * @returns How many there were.
 * @throws {NetlinkError} If the kernel refuses.
 */
export function forgetConnections(
  filter: NetlinkSocket,
  { addresses, publications }: Destination,
): number {
  if (udpOf(publications).length === 0) return 0;
  return addresses.reduce((count, source) => {
    const { version } = source;
    // Its address is where answers come from, before they seem to come from
    // the port that was published.
    const asked = { version, direction: "reply", protocol: PROTOCOL } as const;
    return count +
      forget(
        filter,
        { ...asked, source },
        ({ reply }) =>
          reply.protocol === PROTOCOL && isSameAddress(reply.source, source),
      );
  }, 0);
}

/** A container's addresses, and its published ports. */
type Destination = Pick<PublishedContainer, "addresses" | "publications">;

function udpOf(
  publications: readonly SettledPublication[],
): SettledPublication[] {
  return publications.filter(({ protocol }) => protocol === "udp");
}

/**
 * Ends connections of UDP to the host's ports that a container has got, if
 * they lead elsewhere: they were there before its rules. To be done when those
 * are there. Blocks as {@linkcode forgetConnections} does.
 *
 * @param sockets Of the namespace that has the bridges.
 * @returns How many there were.
 * @throws {NetlinkError} If the kernel refuses.
 */
export function forgetEarlierConnections(
  { filter, links }: {
    readonly filter: NetlinkSocket;
    readonly links: NetlinkSocket;
  },
  { addresses, publications }: Destination,
): number {
  const published = udpOf(publications);
  const [first, ...others] = published.map(({ hostPorts }) => hostPorts);
  if (first === undefined) return 0;
  const machine = links.list(listAddresses()).flatMap((message) =>
    readAddress(message)?.address ?? []
  );
  const isSingle = others.length === 0 && first.first === first.last;
  return addresses.reduce((count, { version }) => {
    const asked: ConnectionFilter = {
      ...{ version, direction: "original", protocol: PROTOCOL },
      ...(isSingle ? { destinationPort: first.first } : {}),
    };
    return count +
      forget(
        filter,
        asked,
        ({ original, reply }) =>
          published.some((one) => isAbout(one, original)) &&
          !includes(addresses, reply.source) &&
          // Those of others merely go through here.
          includes(machine, original.destination),
      );
  }, 0);
}

function includes(all: readonly IpAddress[], one: IpAddress): boolean {
  return all.some((address) => isSameAddress(address, one));
}

function isAbout(
  { hostAddress, hostPorts: { first, last } }: SettledPublication,
  { protocol, destination, destinationPort }: Direction,
): boolean {
  return protocol === PROTOCOL && destinationPort >= first &&
    destinationPort <= last &&
    (hostAddress === undefined || isUnspecified(hostAddress) ||
      isSameAddress(hostAddress, destination));
}

function forget(
  filter: NetlinkSocket,
  asked: ConnectionFilter,
  isMeant: (connection: Connection) => boolean,
): number {
  const found = list(filter, asked).filter(isMeant);
  for (const connection of found) {
    try {
      filter.perform(removeConnection(connection));
    } catch (error) {
      // It has ended by itself.
      if (!isNetlinkError(error, "ENOENT")) throw error;
    }
  }
  return found.length;
}

function list(filter: NetlinkSocket, asked: ConnectionFilter): Connection[] {
  try {
    return filter.list(listConnections(asked)).flatMap((message) =>
      readConnection(message) ?? []
    );
  } catch (error) {
    // So answers a kernel that does not know what is asked.
    if (isNetlinkError(error, "EINVAL", "EOPNOTSUPP")) return [];
    throw error;
  }
}
