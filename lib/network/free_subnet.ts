/**
 * Chooses subnets that nothing on this machine leads to. Pure: what is in use,
 * all routes and the subnets of other networks, is given.
 *
 * @module
 * @see RFC 1918 for IPv4, RFC 4193 for IPv6
 */
import { overlaps, type Subnet } from "./subnet.ts";

const PREFIX = 24;
/** How far apart subnets of 256 addresses begin. */
const STEP = 1n << 8n;

/** Where subnets are taken from: every `step` from `first` to `last`. */
interface Pool {
  readonly first: bigint;
  readonly last: bigint;
  readonly step: bigint;
}

/**
 * In the order they are tried. The first are those that container engines are
 * known for; `192.168.0.0/16` is what homes use, `10.0.0.0/8` companies.
 */
const POOLS: readonly Pool[] = [
  // 172.17.0.0/24, 172.18.0.0/24 … 172.31.0.0/24
  { first: 0xac11_0000n, last: 0xac1f_0000n, step: STEP << 8n },
  // 172.17.1.0/24 … 172.31.255.0/24
  { first: 0xac11_0100n, last: 0xac1f_ff00n, step: STEP },
  // 192.168.0.0/24 … 192.168.255.0/24
  { first: 0xc0a8_0000n, last: 0xc0a8_ff00n, step: STEP },
  // 10.0.0.0/24 … 10.255.255.0/24
  { first: 0x0a00_0000n, last: 0x0aff_ff00n, step: STEP },
];

/**
 * Chooses the first private subnet of 256 addresses that overlaps none in use.
 *
 * @param used Destinations of all routes and subnets of all networks; default
 * routes, which lead everywhere, do not count.
 * @returns `undefined` if all are in use.
 */
export function chooseFreeSubnet(used: readonly Subnet[]): Subnet | undefined {
  const obstacles = used.filter(({ version, prefix }) =>
    version === 4 && prefix > 0
  );
  for (const { first, last, step } of POOLS) {
    for (let base = first; base <= last; base += step) {
      const candidate: Subnet = { version: 4, base, prefix: PREFIX };
      if (!obstacles.some((one) => overlaps(one, candidate))) return candidate;
    }
  }
  return undefined;
}

const LOCAL_PREFIX = 0xfdn;
const LOCAL_SUBNET_PREFIX = 64;

/**
 * A subnet of unique local addresses.
 *
 * @param random Seven random bytes, or a hash's: they make it unique.
 */
export function uniqueLocalSubnet(random: Uint8Array): Subnet {
  if (random.length !== 7) throw new RangeError("Seven bytes make it unique");
  const head = random.reduce(
    (value, byte) => (value << 8n) | BigInt(byte),
    LOCAL_PREFIX,
  );
  return { version: 6, base: head << 64n, prefix: LOCAL_SUBNET_PREFIX };
}
