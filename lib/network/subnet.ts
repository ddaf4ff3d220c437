/**
 * Subnets, as CIDR writes them. Pure.
 *
 * @module
 * @see RFC 4632
 */
import {
  ADDRESS_BITS,
  formatIpAddress,
  type IpAddress,
  type IpVersion,
  parseIpAddress,
} from "./ip_address.ts";

/** A range of addresses that begin with the same bits. */
export interface Subnet {
  readonly version: IpVersion;
  /** Its first address as a number; all bits after the prefix are 0. */
  readonly base: bigint;
  /** How many bits its addresses have in common. */
  readonly prefix: number;
}

/** An address with the length of its subnet's prefix: `10.0.0.1/24`. */
export interface InterfaceAddress {
  readonly address: IpAddress;
  readonly prefix: number;
}

/**
 * Reads an address with a prefix.
 *
 * @returns `undefined` if it is malformed.
 */
export function parseInterfaceAddress(
  text: string,
): InterfaceAddress | undefined {
  const [, start = "", digits = ""] = /^(.+)\/(0|[1-9]\d{0,2})$/.exec(text) ??
    [];
  const address = parseIpAddress(start);
  if (address === undefined) return undefined;
  const prefix = Number(digits);
  return prefix > ADDRESS_BITS[address.version]
    ? undefined
    : { address, prefix };
}

/**
 * Reads a subnet. Bits after the prefix are dropped: `192.168.10.1/24` is
 * `192.168.10.0/24`.
 *
 * @returns `undefined` if it is malformed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const subnet = parseSubnet("192.168.10.1/24");
 * assert.ok(subnet);
 * assert.equal(formatSubnet(subnet), "192.168.10.0/24");
 * ```
 */
export function parseSubnet(text: string): Subnet | undefined {
  const parsed = parseInterfaceAddress(text);
  return parsed === undefined
    ? undefined
    : subnetOf(parsed.address, parsed.prefix);
}

/** The subnet of a prefix that an address is in. */
export function subnetOf(
  { version, value }: IpAddress,
  prefix: number,
): Subnet {
  const hostBits = BigInt(ADDRESS_BITS[version] - prefix);
  return { version, base: (value >> hostBits) << hostBits, prefix };
}

/** A subnet as CIDR writes it. */
export function formatSubnet({ version, base, prefix }: Subnet): string {
  return `${formatIpAddress({ version, value: base })}/${prefix}`;
}

/** How many addresses a subnet has, its first and last included. */
export function subnetSize({ version, prefix }: Subnet): bigint {
  return 1n << BigInt(ADDRESS_BITS[version] - prefix);
}

/** The address that is some way into a subnet; 0 is its first. */
export function addressAt(
  { version, base }: Subnet,
  index: bigint,
): IpAddress {
  return { version, value: base + index };
}

/** The last address of a subnet; of IPv4, that of its broadcasts. */
export function lastAddress(subnet: Subnet): IpAddress {
  return addressAt(subnet, subnetSize(subnet) - 1n);
}

/** Whether an address is in a subnet. */
export function containsAddress(subnet: Subnet, address: IpAddress): boolean {
  return subnet.version === address.version &&
    address.value >= subnet.base &&
    address.value < subnet.base + subnetSize(subnet);
}

/** Whether all addresses of the inner subnet are in the outer one. */
export function containsSubnet(outer: Subnet, inner: Subnet): boolean {
  return outer.prefix <= inner.prefix &&
    containsAddress(outer, { version: inner.version, value: inner.base });
}

/** Whether two subnets have an address in common. */
export function overlaps(one: Subnet, other: Subnet): boolean {
  return containsSubnet(one, other) || containsSubnet(other, one);
}
