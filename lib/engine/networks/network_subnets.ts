/**
 * The subnets of all networks.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { IpAddress } from "../../network/ip_address.ts";
import type { NetworkRecord } from "../../network/network_store.ts";
import {
  containsAddress,
  parseSubnet,
  type Subnet,
} from "../../network/subnet.ts";
import { listNetworks } from "./find_network.ts";

type Paths = Pick<HostPaths, "networks">;

/**
 * Tells whether an address is of one of the networks. Other records than of
 * those at hand are read when it is of none of these.
 */
export function ownAddressTest(
  paths: Paths,
  atHand: readonly NetworkRecord[] = [],
): (address: IpAddress) => boolean {
  const near = subnetsIn(atHand);
  let all: readonly Subnet[] | undefined;
  return (address) => {
    const contains = (subnet: Subnet): boolean =>
      containsAddress(subnet, address);
    if (near.some(contains)) return true;
    all ??= networkSubnets(paths);
    return all.some(contains);
  };
}

/** The subnets of all networks; of damaged ones none are known. */
export function networkSubnets(paths: Paths): Subnet[] {
  // One that nobody asks for must not keep containers out of all others.
  return subnetsIn(listNetworks(paths, () => {}));
}

function subnetsIn(networks: readonly NetworkRecord[]): Subnet[] {
  return networks.flatMap(({ subnets }) => subnets)
    .flatMap(({ subnet }) => parseSubnet(subnet) ?? []);
}
