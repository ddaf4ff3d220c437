/**
 * By which versions of IP this machine is connected to others.
 *
 * @module
 * @see Linux net/ipv6/addrconf.c, `if6_seq_show()`
 */
import { readTextFileIfExists } from "../base/atomic_file.ts";
import { type IpAddress, type IpVersion, isLoopback } from "./ip_address.ts";
import { containsAddress, parseSubnet } from "./subnet.ts";

/**
 * The addresses of IPv6 of the calling thread's namespace, a line each: 32 hex
 * digits, then what else is known. To list them by netlink takes four times as
 * long.
 */
const ADDRESSES = "/proc/thread-self/net/if_inet6";
const ADDRESS = /^[0-9a-f]{32}(?= )/gm;

/** Addresses of IPv6 that say no more than that the kernel knows it. */
const LINK_LOCAL = parseSubnet("fe80::/10");

/**
 * The versions of IP by which somebody else may reach this machine. IPv4 always
 * is one; IPv6 if a device has an address of it that is for others.
 *
 * @param isOwn Whether an address is of one of our networks, whose bridges have
 * such ones. It is asked about those only that may be for others.
 */
export function outsideVersions(
  isOwn: (address: IpAddress) => boolean,
): ReadonlySet<IpVersion> {
  const text = readTextFileIfExists(ADDRESSES) ?? "";
  const has6 = [...text.matchAll(ADDRESS)]
    .map(([digits]): IpAddress => ({
      version: 6,
      value: BigInt(`0x${digits}`),
    }))
    .some((address) =>
      !isLoopback(address) &&
      !(LINK_LOCAL !== undefined && containsAddress(LINK_LOCAL, address)) &&
      !isOwn(address)
    );
  return new Set<IpVersion>(has6 ? [4, 6] : [4]);
}
