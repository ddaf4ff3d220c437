/**
 * Finds the networks and containers that the options of a container name.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import { readNetwork } from "../../network/network_store.ts";
import type { ConfigDraft, ConfigRequest } from "../configure.ts";
import { findContainer } from "../containers/find.ts";
import { readConfig } from "../containers/records.ts";
import type { Engine } from "../engine.ts";
import { type EndpointRequest, repeated } from "./configure_networks.ts";
import {
  ensureDefaultNetwork,
  type NetworkIdentity,
} from "./default_network.ts";
import { findNetwork } from "./find_network.ts";
import type { EndpointConfig } from "./network_config.ts";
import { DEFAULT_NETWORK, type RequestedMode } from "./network_mode.ts";
import { withSource } from "./network_source.ts";

type Surroundings = Pick<Engine, "paths" | "inform" | "warn">;

/** Gives the default network; what is there to be found is found. */
export type DefaultNetwork = (engine: Surroundings) => Promise<NetworkIdentity>;

/**
 * Puts ids in place of the names of networks, and of the container whose
 * network namespace is shared.
 *
 * @param obtainDefault Gives the network `bridge`; by default it is made if it
 * is missing.
 * @throws {NotFoundError} If there is no such network or container.
 * @throws {UsageError} If two names are of one network, or the container is
 * the one to be made.
 */
export async function resolveNetworks(
  engine: Surroundings,
  { networkSource, ...request }: ConfigRequest,
  obtainDefault: DefaultNetwork = ensureDefaultNetwork,
): Promise<ConfigDraft> {
  try {
    return await resolveAll(engine, request, obtainDefault);
  } catch (error) {
    throw withSource(error, networkSource);
  }
}

async function resolveAll(
  engine: Surroundings,
  { network, networks = [], ...request }: Omit<ConfigRequest, "networkSource">,
  obtainDefault: DefaultNetwork,
): Promise<ConfigDraft> {
  if (network === "connected") {
    const endpoints: EndpointConfig[] = [];
    for (const endpoint of networks) {
      endpoints.push(await resolve(engine, endpoint, obtainDefault));
    }
    assertDistinct(endpoints);
    if (request.publish !== undefined) warnIfNowhere(engine, endpoints);
    return { ...request, network, networks: endpoints };
  }
  if (namesContainer(network)) return joining(engine, network, request);
  return { ...withoutPublications(engine, network, request), network };
}

async function resolve(
  engine: Surroundings,
  { reference, ...settings }: EndpointRequest,
  obtainDefault: DefaultNetwork,
): Promise<EndpointConfig> {
  const { id, name } = reference === DEFAULT_NETWORK
    ? await obtainDefault(engine)
    : findNetwork(engine.paths, reference);
  return { network: id, networkName: name, ...settings };
}

/** A name and the start of an id may be of one network. */
function assertDistinct(endpoints: readonly EndpointConfig[]): void {
  const seen = new Set<string>();
  for (const { network, networkName } of endpoints) {
    if (seen.has(network)) throw repeated(networkName);
    seen.add(network);
  }
}

/** Ports that lead nowhere are kept: it may be connected to more networks. */
function warnIfNowhere(
  { paths, warn }: Surroundings,
  endpoints: readonly EndpointConfig[],
): void {
  // The default one has no record before it is made.
  const networks = endpoints.map(({ networkName: name }) =>
    readNetwork(paths, name) ?? { name, access: "world", driver: "bridge" }
  );
  const way = networks.find(({ access }) => access === "world");
  const why = way === undefined
    ? `network ${networks[0]?.name} is internal`
    : `network ${way.name} is of driver ${way.driver}`;
  if (way?.driver !== "bridge") warn(`Published ports lead nowhere: ${why}`);
}

/** What is requested but for networks. */
type Rest = Omit<ConfigRequest, "network" | "networks" | "networkSource">;

function namesContainer(
  mode: RequestedMode,
): mode is `container:${string}` {
  return mode.startsWith("container:");
}

/** As in docker, it has the host name of the one whose network it shares. */
function joining(
  { paths }: Surroundings,
  mode: `container:${string}`,
  rest: Rest,
): ConfigDraft {
  const reference = mode.slice("container:".length);
  const id = findContainer(paths, reference);
  const other = readConfig(paths, id);
  if (other !== undefined && other.name === rest.name) {
    throw new UsageError("container cannot join own network namespace", {
      advice: "--network container:NAME with the name of another",
    });
  }
  return {
    ...rest,
    network: `container:${id}`,
    ...(other === undefined ? {} : { networkOwner: other.name }),
    hostname: rest.uts === "host" || other === undefined
      ? rest.hostname
      : other.hostname,
  };
}

/** The words are docker's, who has them for the host's network only. */
function withoutPublications(
  { warn }: Surroundings,
  mode: RequestedMode,
  { publish, ...rest }: Rest,
): Rest {
  if (publish !== undefined) {
    const [kind] = mode.split(":");
    warn(`Published ports are discarded when using ${kind} network mode`);
  }
  return rest;
}
