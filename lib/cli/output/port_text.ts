/**
 * Ports of containers as docker writes them. Pure.
 *
 * @module
 */
import type { PortMapping } from "../../engine/networks/port_mappings.ts";
import {
  formatHostAddress,
  formatPorts,
} from "../../network/port_publication.ts";
import { portsOf } from "../../network/port_ranges.ts";

/**
 * Ports as a list of containers shows them: those that are not published, or
 * under the same number, come first, as in docker.
 *
 * @returns Such as `443/tcp, 0.0.0.0:8000-8010->80-90/tcp`.
 */
export function portsText(mappings: readonly PortMapping[]): string {
  const { moved = [], same = [] } = Object.groupBy(
    mappings,
    ({ host, containerPorts: { first } }) =>
      (host?.ports.first ?? first) === first ? "same" : "moved",
  );
  return [...same, ...moved].map(mappingText).join(", ");
}

function mappingText({ protocol, containerPorts, host }: PortMapping): string {
  const inside = `${formatPorts(containerPorts)}/${protocol}`;
  if (host === undefined) return inside;
  return `${formatHostAddress(host.address)}:${
    formatPorts(host.ports)
  }->${inside}`;
}

/** One port of a container, and one of the host's that leads to it. */
export interface PublishedPort {
  readonly port: number;
  /** Such as `80/tcp`. */
  readonly inside: string;
  /** Such as `0.0.0.0:8080` or `[::]:8080`. */
  readonly outside: string;
}

/** The ports that are published, each on its own, ordered by number. */
export function publishedPorts(
  mappings: readonly PortMapping[],
): PublishedPort[] {
  return mappings.flatMap(({ protocol, containerPorts, host }) =>
    host === undefined ? [] : portsOf(containerPorts).map((port, index) => ({
      port,
      inside: `${port}/${protocol}`,
      outside: `${formatHostAddress(host.address)}:${host.ports.first + index}`,
    }))
  ).toSorted((one, other) => one.port - other.port);
}
