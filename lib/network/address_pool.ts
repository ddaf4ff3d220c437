/**
 * Which addresses of a subnet may be given to containers, in which order.
 * Pure.
 *
 * @module
 */
import type { IpAddress } from "./ip_address.ts";
import {
  addressAt,
  containsAddress,
  lastAddress,
  type Subnet,
  subnetSize,
} from "./subnet.ts";

/** Where a network's addresses come from. */
export interface AddressPool {
  readonly subnet: Subnet;
  /** The part of the subnet to give addresses from; all of it if absent. */
  readonly range?: Subnet;
  /** The network's own addresses, its gateway's among them. */
  readonly reserved: readonly IpAddress[];
}

/**
 * The gateway of a subnet that is not told of one: its first address that may
 * be a machine's.
 */
export function defaultGateway(subnet: Subnet): IpAddress {
  return addressAt(subnet, subnetSize(subnet) > 2n ? 1n : 0n);
}

/**
 * Whether an address may be a container's.
 *
 * The first of a subnet stands for the subnet, the last of IPv4 for all its
 * machines, but not in subnets of one or two addresses (RFC 3021).
 */
export function isAssignable(
  { subnet, reserved }: AddressPool,
  address: IpAddress,
): boolean {
  if (!containsAddress(subnet, address)) return false;
  if (reserved.some(({ value }) => value === address.value)) return false;
  if (subnetSize(subnet) <= 2n) return true;
  if (address.value === subnet.base) return false;
  return subnet.version === 6 || address.value !== lastAddress(subnet).value;
}

/**
 * The lowest address that may be given and is not taken.
 *
 * @param taken The values of addresses that others have.
 * @returns `undefined` if none is left.
 */
export function nextFreeAddress(
  pool: AddressPool,
  taken: ReadonlySet<bigint>,
): IpAddress | undefined {
  const range = pool.range ?? pool.subnet;
  const size = subnetSize(range);
  for (let index = 0n; index < size; index++) {
    const address = addressAt(range, index);
    if (!taken.has(address.value) && isAssignable(pool, address)) {
      return address;
    }
  }
  return undefined;
}
