/**
 * The host's address that a network has for published ports which name none:
 * its option `com.docker.network.bridge.host_binding_ipv4`.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { parseBridgeOptions } from "../../network/driver_options.ts";
import type { IpAddress } from "../../network/ip_address.ts";
import { readNetwork } from "../../network/network_store.ts";
import {
  formatPublication,
  parsePublication,
} from "../../network/port_publication.ts";
import type { NetworkConfig } from "./network_config.ts";

/**
 * Binds published ports to the address of the network that leads to them.
 *
 * @param publish As `-p` takes them.
 * @returns The same, if that has no such address.
 */
export function bindToHost(
  paths: Pick<HostPaths, "networks">,
  config: Pick<NetworkConfig, "networks">,
  publish: readonly string[],
): readonly string[] {
  if (publish.length === 0) return publish;
  const hostAddress = hostBinding(paths, config);
  if (hostAddress === undefined) return publish;
  return publish.map((text) => {
    const publication = parsePublication(text);
    return formatPublication({ hostAddress, ...publication });
  });
}

/** Of the first network by which the container reaches the world. */
function hostBinding(
  paths: Pick<HostPaths, "networks">,
  { networks = [] }: Pick<NetworkConfig, "networks">,
): IpAddress | undefined {
  const way = networks.map(({ networkName }) => readNetwork(paths, networkName))
    .find((one) => one?.driver === "bridge" && one.access === "world");
  return way && parseBridgeOptions(way.options).hostAddress;
}
