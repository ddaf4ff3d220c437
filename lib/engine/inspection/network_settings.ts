/**
 * `NetworkSettings` of an inspected container. Pure. The fields are in the
 * order of docker's.
 *
 * @module
 * @see docs.docker.com/reference/api/engine, "Inspect a container"
 */
import type { ContainerConfig } from "../container_config.ts";
import { namespacePath, sharedContainer } from "../networks/network_mode.ts";
import type { NetworkState } from "../networks/network_state.ts";
import { portMappings } from "../networks/port_mappings.ts";
import { PREDEFINED_IDS } from "../networks/predefined_records.ts";
import {
  type EndpointParts,
  inspectAddresses,
  type InspectedAddresses,
  type InspectedEndpoint,
  inspectEndpoint,
} from "./endpoint.ts";
import { inspectPorts, type PortMap } from "./ports.ts";

/** A container's networks, under docker's names. */
export interface InspectedNetworkSettings extends InspectedAddresses {
  readonly Bridge: "";
  /** While it runs, unless it is in the namespace of a container or file. */
  readonly SandboxID: string;
  /** The network namespace, while there is one. */
  readonly SandboxKey: string;
  readonly Ports: PortMap;
  readonly HairpinMode: false;
  readonly LinkLocalIPv6Address: "";
  readonly LinkLocalIPv6PrefixLen: 0;
  readonly SecondaryIPAddresses: null;
  readonly SecondaryIPv6Addresses: null;
  readonly Networks: ReadonlyMap<string, InspectedEndpoint>;
}

/** What is known of the networks of a container that runs. */
export interface RunningNetwork {
  /** Of its process on the host. */
  readonly pid: number;
  /** Absent if it is connected to none. */
  readonly state?: NetworkState | undefined;
}

/**
 * A container's networks. Its addresses without a network's name are those in
 * its first one: docker has them for `bridge` only, and scripts ask for them
 * wherever a container is.
 *
 * @param running Absent if it does not run: it has no address then.
 */
export function inspectNetworkSettings(
  config: ContainerConfig,
  running: RunningNetwork | undefined,
): InspectedNetworkSettings {
  const { id, network } = config;
  const state = network === "connected" ? running?.state : undefined;
  const isShared = sharedContainer(network) !== undefined;
  const isOwn = !isShared && namespacePath(network) === undefined;
  return {
    Bridge: "",
    SandboxID: running === undefined || !isOwn ? "" : id,
    SandboxKey: running === undefined || isShared
      ? ""
      : namespacePath(network) ?? `/proc/${running.pid}/ns/net`,
    Ports: state === undefined
      ? new Map()
      : inspectPorts(portMappings(config, state)),
    HairpinMode: false,
    LinkLocalIPv6Address: "",
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    ...inspectAddresses(id, state?.endpoints[0]),
    Networks: inspectNetworks(config, state),
  };
}

/** A container's networks by name; none if it has those of another one. */
function inspectNetworks(
  { id: container, network: mode, networks = [] }: ContainerConfig,
  state: NetworkState | undefined,
): ReadonlyMap<string, InspectedEndpoint> {
  if (mode === "host" || mode === "none") {
    const network = PREDEFINED_IDS[mode];
    return new Map([[mode, inspectEndpoint({ container, network })]]);
  }
  if (mode !== "connected") return new Map();
  const asked = networks.map((config): [string, EndpointParts] => {
    const { network, networkName } = config;
    return [networkName, { container, network, config }];
  });
  const parts = new Map(asked);
  for (const endpoint of state?.endpoints ?? []) {
    const { network, networkName } = endpoint;
    parts.set(networkName, {
      ...{ container, network },
      ...parts.get(networkName),
      state: endpoint,
    });
  }
  return new Map(
    [...parts].map(([name, one]) => [name, inspectEndpoint(one)]),
  );
}
