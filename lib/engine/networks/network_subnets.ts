/**
 * The subnets of all networks.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { listNetworkNames, readNetwork } from "../../network/network_store.ts";
import { parseSubnet, type Subnet } from "../../network/subnet.ts";

type Paths = Pick<HostPaths, "networks">;

/** The subnets of all networks; of damaged ones none are known. */
export function networkSubnets(paths: Paths): Subnet[] {
  return listNetworkNames(paths)
    .flatMap((name) => readNetwork(paths, name)?.subnets ?? [])
    .flatMap(({ subnet }) => parseSubnet(subnet) ?? []);
}
