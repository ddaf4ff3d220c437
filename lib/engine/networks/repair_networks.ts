/**
 * Puts networks right: takes away what nobody needs, and gives back what
 * running containers lack.
 *
 * @module
 */
import {
  type ContainerId,
  isContainerId,
  shortId,
} from "../../base/identifiers.ts";
import { namesIn } from "../../base/names_in.ts";
import { hasOwnBridge } from "../../network/bridge_device.ts";
import { lockDirectory } from "../../network/directory_lock.ts";
import { NetlinkSocket } from "../../network/netlink/netlink_socket.ts";
import { ownTableName } from "../../network/own_table_name.ts";
import { LivingContainers } from "../containers/living_containers.ts";
import { findConfig } from "../containers/look_up.ts";
import type { Engine } from "../engine.ts";
import { alignNetworks } from "./align_networks.ts";
import { listNetworks } from "./find_network.ts";
import { HostNetwork } from "./host_network.ts";
import { readNetworkState } from "./network_state.ts";
import { restoreNetworks } from "./restore_networks.ts";
import { sweepNetworks } from "./sweep_networks.ts";

type Surroundings = Pick<Engine, "paths" | "warn">;

/**
 * Repairs the networks of all containers.
 *
 * @returns A sentence for each thing that was wrong.
 * @throws {NetlinkError} If the kernel refuses.
 */
export function repairNetworks({ paths, warn }: Surroundings): string[] {
  if (!hasNetworks(paths)) return [];
  using kernel = new HostNetwork(paths);
  using living = new LivingContainers(paths);
  const sweep = (): string[] => {
    // Else we would take rules for abandoned whose network is just being made.
    using _unchanged = lockDirectory(paths.networks);
    const networks = listNetworks(paths, warn);
    return sweepNetworks(paths, kernel, { networks, living });
  };
  const swept = sweep();
  const containers = namesIn(paths.states).filter(isContainerId)
    .filter((id) =>
      readNetworkState(paths, id) !== undefined && living.has(id)
    );
  const aligned = containers.flatMap((id) =>
    tryAlign({ paths, warn }, kernel, id)
  );
  const networks = listNetworks(paths, () => {});
  const restored = restoreNetworks(paths, kernel, { containers, networks });
  return [...swept, ...aligned, ...restored];
}

/** Whether there is anything of ours, on record or in the kernel. */
function hasNetworks(
  { networks, addresses, ports, runRoot }: Engine["paths"],
): boolean {
  const isRecorded = [networks, addresses, ports]
    .some((directory) => namesIn(directory).length > 0);
  if (isRecorded) return true;
  // Of a root that somebody has deleted.
  using links = NetlinkSocket.openRoute();
  return hasOwnBridge(links, ownTableName(runRoot));
}

/** One that cannot be helped must not keep the others from being. */
function tryAlign(
  { paths, warn }: Surroundings,
  kernel: HostNetwork,
  id: ContainerId,
): string[] {
  try {
    return alignNetworks(paths, kernel, id);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    warn(`The networks of container ${shortId(id)} cannot be repaired: ${why}`);
    return [];
  }
}

/**
 * Gives one running container back what it lacks.
 *
 * @param reference As `findContainer` takes it.
 * @returns As {@linkcode repairNetworks} does.
 * @throws {NotFoundError} If there is none.
 * @throws {NetlinkError} If the kernel refuses.
 */
export function reloadNetworks(
  { paths, warn }: Surroundings,
  reference: string,
): string[] {
  const { id } = findConfig(paths, reference);
  if (readNetworkState(paths, id) === undefined) return [];
  using kernel = new HostNetwork(paths);
  const networks = listNetworks(paths, warn);
  return restoreNetworks(paths, kernel, { containers: [id], networks });
}
