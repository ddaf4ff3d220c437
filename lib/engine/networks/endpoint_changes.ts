/**
 * What a container's configuration says of networks once it has been connected
 * to one more, or to one less. Pure.
 *
 * @module
 */
import { ConflictError, NotFoundError } from "../../base/errors.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { EndpointConfig } from "./network_config.ts";

/** What is looked at. */
type Connectable = Pick<
  ContainerConfig,
  "id" | "name" | "network" | "networks"
>;

/** What is changed. */
export type Connections = Pick<ContainerConfig, "network" | "networks">;

/**
 * @throws {ConflictError} In docker's words, if it is the host's network, which
 * no container joins or leaves.
 */
export function assertNotHost(reference: string): void {
  if (reference !== "host") return;
  throw new ConflictError(
    "container cannot be disconnected from host network or connected to host network",
  );
}

/**
 * Connects a container to one more network.
 *
 * @throws {ConflictError} In docker's words, if it has no networks of its own,
 * or has this one already.
 */
export function withEndpoint(
  config: Connectable,
  endpoint: EndpointConfig,
): Connections {
  assertConnectable(config);
  const { networks = [] } = config;
  if (networks.some(({ network }) => network === endpoint.network)) {
    throw new ConflictError(
      `endpoint with name ${config.name} already exists in network ${endpoint.networkName}`,
    );
  }
  return { network: "connected", networks: [...networks, endpoint] };
}

function assertConnectable({ network }: Connectable): void {
  if (network === "connected") return;
  if (network === "none") {
    throw new ConflictError(
      "container cannot be connected to multiple networks with one of the networks in private (none) mode",
      { advice: "tsdocker network disconnect none CONTAINER" },
    );
  }
  throw new ConflictError(
    "container sharing network namespace with another container or host cannot be connected to any other network",
  );
}

/**
 * Finds the network that a container is to be disconnected from. Its record may
 * be gone: the configuration remembers it.
 *
 * @param reference The network's name, its id, or the start of that.
 * @throws {NotFoundError} If the container is not connected to such a network.
 */
export function findEndpoint(
  { id, networks = [] }: Connectable,
  reference: string,
): EndpointConfig {
  const named = networks.find(({ networkName, network }) =>
    networkName === reference || network === reference
  );
  if (named !== undefined) return named;
  const begun = /^[0-9a-f]+$/.test(reference)
    ? networks.filter(({ network }) => network.startsWith(reference))
    : [];
  const [only, ...others] = begun;
  if (others.length > 0) {
    throw new ConflictError(`network ${reference} is ambiguous`, {
      advice: "write more of its id, or its name",
    });
  }
  if (only !== undefined) return only;
  throw new NotFoundError(
    `container ${id} is not connected to network ${reference}`,
  );
}

/**
 * Disconnects a container from a network. Without any, it has a network
 * namespace of its own still, and can be connected again.
 */
export function withoutEndpoint(
  { networks = [] }: Connectable,
  { network: removed }: Pick<EndpointConfig, "network">,
): Connections {
  return {
    network: "connected",
    networks: networks.filter(({ network }) => network !== removed),
  };
}
