/**
 * What the neighbours of a running container call it, when it is renamed.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerConfig } from "../container_config.ts";
import { endpointNames } from "./endpoint_names.ts";
import { lockNeighbours, updateNeighbours } from "./neighbours.ts";
import {
  type EndpointState,
  readNetworkState,
  writeNetworkState,
} from "./network_state.ts";

/**
 * Gives a container the names of its configuration in all of its networks, and
 * tells its neighbours. Does nothing for one that is in none right now.
 *
 * @param config As it is since the change.
 */
export function renameEndpoints(
  paths: Pick<HostPaths, "states" | "containers" | "hosts">,
  config: ContainerConfig,
): void {
  const networks = changeNames(paths, config);
  updateNeighbours(paths, networks);
}

/** Returns the networks it is in. */
function changeNames(
  paths: Pick<HostPaths, "states" | "hosts">,
  config: ContainerConfig,
): string[] {
  using _lock = lockNeighbours(paths);
  const state = readNetworkState(paths, config.id);
  if (state === undefined || state.endpoints.length === 0) return [];
  const endpoints = state.endpoints.map((endpoint) => ({
    ...endpoint,
    names: endpointNames(config, { aliases: aliasesOf(config, endpoint) }),
  }));
  try {
    writeNetworkState(paths, config.id, { ...state, endpoints });
  } catch (error) {
    // It has ended meanwhile, and its state with it.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return endpoints.map(({ network }) => network);
}

function aliasesOf(
  { networks = [] }: ContainerConfig,
  { network }: EndpointState,
): readonly string[] {
  return networks.find((endpoint) => endpoint.network === network)?.aliases ??
    [];
}
