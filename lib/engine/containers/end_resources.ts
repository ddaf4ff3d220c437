/**
 * Gives back what a container that has ended had of the host besides its files:
 * its cgroups, and its places in networks.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerConfig } from "../container_config.ts";
import { readNetworkState } from "../networks/network_state.ts";
import { type CgroupEnd, endCgroup } from "./cgroup.ts";

/**
 * Ends what is left of a container's processes, and gives back what it had.
 *
 * @throws {NetlinkError} If the kernel refuses to; the next command tries again.
 */
export async function endResources(
  paths: HostPaths,
  config: Pick<ContainerConfig, "id" | "cgroupsPath">,
): Promise<CgroupEnd> {
  const end = endCgroup(config);
  if (end.isGone) await endNetworks(paths, config);
  return end;
}

/**
 * As {@linkcode endResources}, for its keeper, who has an end to write down:
 * what fails is left to the next command.
 */
export async function tryEndResources(
  paths: HostPaths,
  config: Pick<ContainerConfig, "id" | "cgroupsPath">,
): Promise<CgroupEnd> {
  const end = endCgroup(config);
  try {
    if (end.isGone) await endNetworks(paths, config);
    return end;
  } catch {
    return { ...end, isGone: false };
  }
}

/** What only networks need is loaded for those that have some. */
async function endNetworks(
  paths: HostPaths,
  { id }: Pick<ContainerConfig, "id">,
): Promise<void> {
  if (readNetworkState(paths, id) === undefined) return;
  const { releaseNetworks } = await import("../networks/release_networks.ts");
  await releaseNetworks(paths, id);
}
