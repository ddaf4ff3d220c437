/**
 * The networks of a container by name. Pure.
 *
 * @module
 */
import type { NetworkConfig } from "./network_config.ts";
import { PREDEFINED_IDS } from "./predefined_records.ts";

type Networks = Pick<NetworkConfig, "network" | "networks">;

/**
 * The names of a container's networks, the first being its way out. As in
 * docker, one that has another's networks is in none.
 */
export function networkNames(config: Networks): string[] {
  return networksOf(config).map(({ name }) => name);
}

/**
 * Whether a container is in a network.
 *
 * @param reference The network's name, its id, or the start of that.
 */
export function isInNetwork(config: Networks, reference: string): boolean {
  return networksOf(config).some(({ id, name }) =>
    name === reference ||
    /^[0-9a-f]+$/.test(reference) && id.startsWith(reference)
  );
}

interface NamedNetwork {
  readonly id: string;
  readonly name: string;
}

function networksOf({ network, networks = [] }: Networks): NamedNetwork[] {
  if (network === "host" || network === "none") {
    return [{ id: PREDEFINED_IDS[network], name: network }];
  }
  return network !== "connected"
    ? []
    : networks.map(({ network: id, networkName: name }) => ({ id, name }));
}
