/**
 * The ports of a container as it is right now.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { readNetworkState } from "../networks/network_state.ts";
import { type PortMapping, portMappings } from "../networks/port_mappings.ts";
import type { ContainerSummary } from "./list.ts";

/**
 * The ports of a container: as in docker, none unless it runs in networks of
 * its own. What is known of its networks is read only if that matters, as lists
 * ask for many.
 */
export function containerPorts(
  paths: Pick<HostPaths, "states">,
  { config, status }: ContainerSummary,
): PortMapping[] {
  const { id, network, publish = [] } = config;
  if (!("pid" in status) || network !== "connected") return [];
  const state = publish.length === 0 ? undefined : readNetworkState(paths, id);
  return portMappings(config, state);
}
