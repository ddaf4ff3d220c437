/**
 * What of a container's networks is done before its process is made, as people
 * read it: a part of `--explain` and `--dry-run`. Pure.
 *
 * @module
 */
import type { EndpointConfig } from "../../engine/networks/network_config.ts";
import type {
  EndpointState,
  NetworkState,
} from "../../engine/networks/network_state.ts";

/** What is known: all of it, or before a start what is asked for. */
export type PlannedNetworks =
  | { readonly state: NetworkState }
  | {
    readonly networks: readonly EndpointConfig[];
    readonly publish: readonly string[];
  };

/** One line for each device and each published port; none without networks. */
export function networkLines(planned: PlannedNetworks): string[] {
  if ("state" in planned) {
    const { endpoints, ports } = planned.state;
    return [...endpoints.map(endpointLine), ...ports.map(portLine)];
  }
  const { networks, publish } = planned;
  return [
    ...networks.map(({ networkName, ip, ip6 }, slot) => {
      const asked = [ip, ip6].filter((one) => one !== undefined).join(", ");
      return `eth${slot}: network "${networkName}", ${
        asked === "" ? "addresses that are free" : asked
      }`;
    }),
    ...publish.map(portLine),
  ];
}

function endpointLine(
  { networkName, slot, addresses, gateways, macAddress }: EndpointState,
): string {
  const way = gateways.length === 0 ? "" : `, way out ${gateways.join(", ")}`;
  return `eth${slot}: network "${networkName}", ${
    addresses.join(", ")
  }, ${macAddress}${way}`;
}

function portLine(port: string): string {
  return `the host's port ${port.replace(/^:/, "(chosen):")} leads here`;
}
