/**
 * The subnets of all networks.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { parseSubnet, type Subnet } from "../../network/subnet.ts";
import { listNetworks } from "./find_network.ts";

type Paths = Pick<HostPaths, "networks">;

/** The subnets of all networks; of damaged ones none are known. */
export function networkSubnets(paths: Paths): Subnet[] {
  // One that nobody asks for must not keep containers out of all others.
  return listNetworks(paths, () => {})
    .flatMap(({ subnets }) => subnets)
    .flatMap(({ subnet }) => parseSubnet(subnet) ?? []);
}
