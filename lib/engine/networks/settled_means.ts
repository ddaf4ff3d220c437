/**
 * What gives the kernel what one more container needs of networks that it has
 * all of: as most starts find it. It loads nothing about rules.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import {
  forwardedVersions,
  type KernelNetwork,
} from "../../network/bridge_network.ts";
import {
  type NetworkRecord,
  readNetwork,
} from "../../network/network_store.ts";
import { enableForwarding } from "../../network/network_sysctl.ts";
import { settledBridge } from "../../network/settled_network.ts";
import { attachToBridge, type NetworkMeans } from "./endpoint.ts";
import type { NetworkConfig } from "./network_config.ts";
import type { EndpointState } from "./network_state.ts";

/** A network that the kernel has all of. */
interface SettledNetwork {
  readonly network: NetworkRecord;
  /** The bridge's number. */
  readonly bridge: number;
}

/**
 * Gives the kernel what a container needs, if it has all else.
 *
 * @returns `undefined` if something may be missing.
 * @throws {NetlinkError} If it refuses to tell.
 */
export function settledMeans(
  paths: Pick<HostPaths, "networks" | "settled">,
  kernel: KernelNetwork,
  { networks = [] }: Pick<NetworkConfig, "networks">,
): NetworkMeans | undefined {
  const settled = new Map<string, SettledNetwork>();
  for (const { networkName } of networks) {
    const network = readNetwork(paths, networkName);
    if (network?.driver !== "bridge") return undefined;
    const bridge = settledBridge(kernel, network, paths.settled);
    if (bridge === undefined) return undefined;
    settled.set(network.id, { network, bridge });
  }
  return {
    ensure: (network, outside) => ({
      nowForwarding: forwardedVersions(network, outside)
        .filter(enableForwarding),
      drops: [],
    }),
    attach(place, state): EndpointState {
      const found = settled.get(state.network);
      if (found === undefined) throw new TypeError("It is in another network");
      attachToBridge(kernel.links, { ...place, ...found }, state);
      return state;
    },
  };
}
