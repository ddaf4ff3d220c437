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
import type { NetlinkRequest } from "../netlink/message.ts";
import {
  formatHostAddress,
  formatPorts,
  type PortPublication,
  type PortRange,
} from "../port_publication.ts";
import { subnetOf } from "../subnet.ts";
import {
  type Expression,
  lookUp,
  type MapReference,
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
import { addRule, createPortMap, type Rule } from "./table_requests.ts";

/** A publication whose host's ports are known. */
export type SettledPublication =
  & PortPublication
  & Required<Pick<PortPublication, "hostPorts">>;

/** A container with published ports. */
export interface PublishedContainer {
  readonly id: string;
  /** Its addresses, one of each version of IP at most. */
  readonly addresses: readonly IpAddress[];
  readonly publications: readonly SettledPublication[];
}

/** A rule that may need a map of its own. */
export interface PublicationRule extends Rule {
  readonly map?: {
    readonly reference: MapReference;
    readonly ports: ReadonlyMap<number, number>;
  };
}

/**
 * The rules of a container's published ports: one for each publication and
 * version of IP, however many ports it has.
 *
 * @param firstMap The number of the first map that is needed; each in a batch
 * has another.
 */
export function publicationRules(
  { id, addresses, publications }: PublishedContainer,
  firstMap = 1,
): PublicationRule[] {
  const pairs = publications.flatMap((publication) =>
    addresses
      .filter((address) => isFor(publication, address))
      .map((address) => ({ publication, address }))
  );
  return pairs.map(({ publication, address }, index) =>
    publicationRule(id, { publication, address, map: firstMap + index })
  );
}

/** An address of the host is for containers' addresses of its version. */
function isFor({ hostAddress }: PortPublication, address: IpAddress): boolean {
  return hostAddress === undefined || hostAddress.version === address.version;
}

function publicationRule(
  owner: string,
  { publication, address, map }: {
    publication: SettledPublication;
    address: IpAddress;
    map: number;
  },
): PublicationRule {
  const { protocol, hostPorts, containerPorts } = publication;
  const reference: MapReference = { name: "__map%d", id: map };
  const matches = [
    ...atHost(publication, address),
    ...toPorts(protocol, hostPorts),
  ];
  const family = NF_FAMILIES[address.version];
  const rule = {
    chain: "published",
    owner,
    part: partOf(publication, address),
  };
  const to = put(REGISTERS.first, addressBytes(address));
  if (hostPorts.first === containerPorts.first) {
    return { ...rule, expressions: [...matches, to, sendTo(family)] };
  }
  if (hostPorts.first === hostPorts.last) {
    const port = put(REGISTERS.second, be16(containerPorts.first));
    const act = [to, port, sendTo(family, REGISTERS.second)];
    return { ...rule, expressions: [...matches, ...act] };
  }
  const port = [loadDestinationPort(), lookUp(reference, REGISTERS.second)];
  const act = [...port, to, sendTo(family, REGISTERS.second)];
  return {
    ...rule,
    expressions: [...matches, ...act],
    map: { reference, ports: portPairs(hostPorts, containerPorts) },
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

/** What adds such rules, in one batch. */
export function addPublicationRules(
  table: string,
  rules: readonly PublicationRule[],
): NetlinkRequest[] {
  return rules.flatMap((rule) => [
    ...(rule.map === undefined
      ? []
      : createPortMap(table, rule.map.reference, rule.map.ports)),
    addRule(table, rule),
  ]);
}
