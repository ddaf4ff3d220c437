/**
 * Rules that send packets for published ports on to containers. Pure.
 *
 * @module
 */
import {
  ADDRESS_BITS,
  addressBytes,
  type IpAddress,
  isUnspecified,
} from "../ip_address.ts";
import { be16 } from "../netlink/bytes.ts";
import {
  formatHostAddress,
  formatPorts,
  type PortPublication,
  type PortRange,
  type SettledPublication,
} from "../port_publication.ts";
import { subnetOf } from "../subnet.ts";
import type { AnyRule } from "./add_rules.ts";
import {
  type Expression,
  lookUp,
  put,
  REGISTERS,
  sendTo,
} from "./expression.ts";
import {
  loadDestinationPort,
  NF_FAMILIES,
  ofVersion,
  toPorts,
  toSubnet,
} from "./match.ts";

/** A container with published ports. */
export interface PublishedContainer {
  readonly id: string;
  /** Its addresses, one of each version of IP at most. */
  readonly addresses: readonly IpAddress[];
  readonly publications: readonly SettledPublication[];
}

/**
 * The rules of a container's published ports: one for each publication and
 * version of IP, however many ports it has.
 */
export function publicationRules(
  { id, addresses, publications }: PublishedContainer,
): AnyRule[] {
  return publications.flatMap((publication) =>
    addresses
      .filter((address) => isFor(publication, address))
      .map((address) => publicationRule(id, publication, address))
  );
}

/** An address of the host is for containers' addresses of its version. */
function isFor({ hostAddress }: PortPublication, address: IpAddress): boolean {
  return hostAddress === undefined || hostAddress.version === address.version;
}

function publicationRule(
  owner: string,
  publication: SettledPublication,
  address: IpAddress,
): AnyRule {
  const { protocol, hostPorts, containerPorts } = publication;
  const matches = [
    ...atHost(publication, address),
    ...toPorts(protocol, hostPorts),
  ];
  const family = NF_FAMILIES[address.version];
  const part = partOf(publication, address);
  const rule = { chain: "published", owner, part };
  const to = put(REGISTERS.first, addressBytes(address));
  if (hostPorts.first === containerPorts.first) {
    return { ...rule, expressions: [...matches, to, sendTo(family)] };
  }
  const act = sendTo(family, REGISTERS.second);
  if (hostPorts.first === hostPorts.last) {
    const port = put(REGISTERS.second, be16(containerPorts.first));
    return { ...rule, expressions: [...matches, to, port, act] };
  }
  return {
    ...rule,
    ports: portPairs(hostPorts, containerPorts),
    expressions: (map) => [
      ...matches,
      loadDestinationPort(),
      lookUp(map, REGISTERS.second),
      to,
      act,
    ],
  };
}

function atHost(
  { hostAddress }: PortPublication,
  { version }: IpAddress,
): Expression[] {
  return hostAddress === undefined || isUnspecified(hostAddress)
    ? ofVersion(version)
    : toSubnet(subnetOf(hostAddress, ADDRESS_BITS[version]));
}

/** `127.0.0.1:8080/tcp`; what the container's port is does not matter. */
function partOf(
  { hostAddress, hostPorts, protocol }: SettledPublication,
  { version }: IpAddress,
): string {
  const at = hostAddress ?? { version, value: 0n };
  return `${formatHostAddress(at)}:${formatPorts(hostPorts)}/${protocol}`;
}

function portPairs(host: PortRange, container: PortRange): Map<number, number> {
  const pairs = new Map<number, number>();
  for (let port = host.first; port <= host.last; port++) {
    pairs.set(port, container.first + (port - host.first));
  }
  return pairs;
}
