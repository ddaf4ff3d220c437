/**
 * Networks and containers that are found whatever their names, for tests of
 * what is made of a request once they are.
 *
 * @module
 */
import type { ContainerId } from "../../lib/base/identifiers.ts";
import type { ConfigDraft, ConfigRequest } from "../../lib/engine/configure.ts";
import type { NetworkMode } from "../../lib/engine/networks/network_mode.ts";

/** The container that every name is of. */
export const OTHER_ID = "cd".repeat(32) as ContainerId;

/** A request as if all that it names were there. */
export function foundNetworks(
  { network, networks, ...rest }: ConfigRequest,
): ConfigDraft {
  const mode = network.startsWith("container:")
    ? `container:${OTHER_ID}` as const
    : network as NetworkMode;
  if (networks === undefined) return { ...rest, network: mode };
  const endpoints = networks.map(({ reference, ...settings }, index) => ({
    network: String(index).repeat(64),
    networkName: reference,
    ...settings,
  }));
  return { ...rest, network: mode, networks: endpoints };
}
