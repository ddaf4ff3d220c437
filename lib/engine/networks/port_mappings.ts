/**
 * The ports of a running container and where the host has them: the one source
 * for all that shows ports. Pure.
 *
 * @module
 */
import type { IpAddress, IpVersion } from "../../network/ip_address.ts";
import {
  parseExposedPorts,
  parsePublication,
  type PortPublication,
  type PortRange,
  type Protocol,
} from "../../network/port_publication.ts";
import { joinRanges, withoutRanges } from "../../network/port_ranges.ts";
import type { ContainerConfig } from "../container_config.ts";
import { type NetworkState, publishedEndpoint } from "./network_state.ts";

/** Ports of a container, one after the other. */
export interface ExposedPorts {
  readonly protocol: Protocol;
  readonly containerPorts: PortRange;
}

/** Ports of a container, and where the host has them if it does. */
export interface PortMapping extends ExposedPorts {
  readonly host?: {
    /** `0.0.0.0` or `::` for all of the host's of that version. */
    readonly address: IpAddress;
    /** As many as the container's. */
    readonly ports: PortRange;
  };
}

type PortConfig = Pick<ContainerConfig, "exposedPorts" | "publish">;

/** The ports that a configuration knows of, be they published or not. */
export function exposedPorts(
  { exposedPorts = [], publish = [] }: PortConfig,
): ExposedPorts[] {
  const known = [
    ...exposedPorts.map(parseExposedPorts),
    ...publish.map(parsePublication),
  ];
  const groups = Map.groupBy(known, ({ protocol }) => protocol);
  return [...groups].flatMap(([protocol, group]) =>
    joinRanges(group.map(({ containerPorts }) => containerPorts))
      .map((containerPorts) => ({ protocol, containerPorts }))
  ).toSorted(compareMappings);
}

/**
 * The ports of a running container, ordered by the container's, then the host's
 * address, those of IPv4 first. Neighbours are joined to ranges.
 *
 * @param state Absent: nothing is published.
 */
export function portMappings(
  config: PortConfig,
  state: NetworkState | undefined,
): PortMapping[] {
  const published = state === undefined ? [] : publishedPorts(state);
  const rest = exposedPorts(config).flatMap(({ protocol, containerPorts }) =>
    withoutRanges(
      containerPorts,
      published.filter((mapping) => mapping.protocol === protocol)
        .map((mapping) => mapping.containerPorts),
    ).map((containerPorts) => ({ protocol, containerPorts }))
  );
  return [...published, ...rest].toSorted(compareMappings);
}

/** Publications that differ by their ports only become one, where they meet. */
function publishedPorts(state: NetworkState): PortMapping[] {
  const groups = Map.groupBy(
    state.ports.map(parsePublication).flatMap(placesOf(versionsOf(state))),
    ({ protocol, address: { version, value }, distance }) =>
      [protocol, version, value, distance].join(),
  );
  return [...groups.values()].flatMap((group) => {
    const ranges = joinRanges(
      group.map(({ containerPorts }) => containerPorts),
    );
    return group.slice(0, 1).flatMap(({ protocol, address, distance }) =>
      ranges.map((containerPorts) => ({
        ...{ protocol, containerPorts },
        host: { address, ports: shifted(containerPorts, distance) },
      }))
    );
  });
}

/** A publication at one address of the host. */
interface PublishedPlace extends ExposedPorts {
  readonly address: IpAddress;
  /** The host's port without the container's. */
  readonly distance: number;
}

/**
 * What is published where. Without an address of the host, it is everywhere
 * where there is an address of the container's to lead to.
 */
function placesOf(
  versions: readonly IpVersion[],
): (publication: PortPublication) => PublishedPlace[] {
  return ({ protocol, hostAddress, hostPorts, containerPorts }) => {
    if (hostPorts === undefined) return [];
    const distance = hostPorts.first - containerPorts.first;
    return versions
      .filter((version) => (hostAddress?.version ?? version) === version)
      .map((version) => ({
        ...{ protocol, containerPorts, distance },
        address: hostAddress ?? { version, value: 0n },
      }));
  };
}

function versionsOf(state: NetworkState): IpVersion[] {
  const { addresses = [] } = publishedEndpoint(state) ?? {};
  return addresses.map((text): IpVersion => text.includes(":") ? 6 : 4)
    .toSorted();
}

function shifted({ first, last }: PortRange, distance: number): PortRange {
  return { first: first + distance, last: last + distance };
}

/** What is not published comes before what is. */
function compareMappings(one: PortMapping, other: PortMapping): number {
  const [a, b] = [one.host, other.host];
  return one.containerPorts.first - other.containerPorts.first ||
    compare(one.protocol, other.protocol) ||
    (a?.address.version ?? 0) - (b?.address.version ?? 0) ||
    compare(a?.address.value ?? 0n, b?.address.value ?? 0n) ||
    (a?.ports.first ?? 0) - (b?.ports.first ?? 0);
}

function compare<Value extends string | bigint>(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
