/**
 * Networks of containers as their records have them, for tests to change what
 * they are about.
 *
 * @module
 */
import type { ContainerConfig } from "../../lib/engine/container_config.ts";
import type { ContainerId } from "../../lib/base/identifiers.ts";
import type {
  EndpointConfig,
} from "../../lib/engine/networks/network_config.ts";
import type {
  EndpointState,
  NetworkState,
} from "../../lib/engine/networks/network_state.ts";
import { containerConfig } from "./run_options.ts";

/** The id of {@linkcode connectedConfig}. */
export const CONTAINER = "c0ffee".repeat(11).slice(0, 64) as ContainerId;

/** The id of the network `bridge`. */
export const BRIDGE = "b1".repeat(32);

/** The id of the network `blue`. */
export const BLUE = "0b".repeat(32);

/** Connected to `bridge`. */
export function endpointConfig(
  changes: Partial<EndpointConfig> = {},
): EndpointConfig {
  return { network: BRIDGE, networkName: "bridge", aliases: [], ...changes };
}

/** Connected to `bridge`. */
export function connectedConfig(
  changes: Partial<ContainerConfig> = {},
): ContainerConfig {
  return containerConfig({
    id: CONTAINER,
    network: "connected",
    networks: [endpointConfig()],
    ...changes,
  });
}

/** A place in `bridge`. */
export function endpointState(
  changes: Partial<EndpointState> = {},
): EndpointState {
  return {
    network: BRIDGE,
    networkName: "bridge",
    slot: 0,
    addresses: ["172.17.0.2/24"],
    gateways: ["172.17.0.1"],
    macAddress: "02:42:ac:11:00:02",
    names: ["test", CONTAINER.slice(0, 12)],
    ...changes,
  };
}

/** Both versions of IP. */
export const DUAL = endpointState({
  addresses: ["172.17.0.2/24", "fd00::2/64"],
  gateways: ["172.17.0.1", "fd00::1"],
});

/** In `bridge`, with ports. */
export function networkState(
  ports: readonly string[] = [],
  endpoints: readonly EndpointState[] = [endpointState()],
): NetworkState {
  return { endpoints, ports };
}
