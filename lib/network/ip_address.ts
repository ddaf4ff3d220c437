/**
 * Addresses of IPv4 and IPv6 as numbers: read, written, counted with. Pure.
 *
 * @module
 * @see RFC 4291, section 2.2; RFC 5952 for how IPv6 is written
 */

/** Versions of IP. */
export type IpVersion = 4 | 6;

/** An address. Two are the same if version and value are. */
export interface IpAddress {
  readonly version: IpVersion;
  /** The address as one number, the first byte the highest. */
  readonly value: bigint;
}

/** How many bits an address has. */
export const ADDRESS_BITS: Readonly<Record<IpVersion, number>> = {
  4: 32,
  6: 128,
};

const GROUP_BITS = 16n;
const GROUPS = 8;

/**
 * Reads an address.
 *
 * @returns `undefined` if it is none. A zone (`%eth0`) is no part of one.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseIpAddress("10.0.0.1"), { version: 4, value: 0x0a000001n });
 * assert.deepEqual(parseIpAddress("::1"), { version: 6, value: 1n });
 * assert.equal(parseIpAddress("10.0.0"), undefined);
 * ```
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  const version = text.includes(":") ? 6 : 4;
  const value = version === 6 ? parseIpv6(text) : parseIpv4(text);
  return value === undefined ? undefined : { version, value };
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split(".");
  // Leading zeros are octal to some and decimal to others, so to us nothing.
  const isByte = (part: string): boolean =>
    /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255;
  if (parts.length !== 4 || !parts.every(isByte)) return undefined;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const halves = withoutIpv4Tail(text)?.split("::");
  if (halves === undefined || halves.length > 2) return undefined;
  const [before = [], after] = halves.map((half) =>
    half === "" ? [] : half.split(":")
  );
  const given = before.length + (after?.length ?? 0);
  const missing = GROUPS - given;
  if (after === undefined ? missing !== 0 : missing < 1) return undefined;
  const zeros = new Array<string>(missing).fill("0");
  const groups = [...before, ...zeros, ...(after ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) {
    return undefined;
  }
  return groups.reduce(
    (value, group) => (value << GROUP_BITS) | BigInt(`0x${group}`),
    0n,
  );
}

/** The last two groups may be written as an address of IPv4. */
function withoutIpv4Tail(text: string): string | undefined {
  const [, start, tail] = /^(.*:)([^:]*\..*)$/.exec(text) ?? [];
  if (start === undefined || tail === undefined) return text;
  const value = parseIpv4(tail);
  if (value === undefined) return undefined;
  const low = value & 0xffffn;
  return `${start}${(value >> GROUP_BITS).toString(16)}:${low.toString(16)}`;
}

/**
 * An address as people write it; of IPv6, the longest run of zeros is left
 * out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(formatIpAddress({ version: 4, value: 0xac110002n }), "172.17.0.2");
 * assert.equal(formatIpAddress({ version: 6, value: 1n }), "::1");
 * ```
 */
export function formatIpAddress({ version, value }: IpAddress): string {
  if (version === 4) return addressBytes({ version, value }).join(".");
  const groups = Array.from(
    { length: GROUPS },
    (_, index) =>
      ((value >> (GROUP_BITS * BigInt(GROUPS - 1 - index))) & 0xffffn)
        .toString(16),
  );
  const { start, length } = longestZeros(groups);
  if (length < 2) return groups.join(":");
  const before = groups.slice(0, start).join(":");
  return `${before}::${groups.slice(start + length).join(":")}`;
}

/** The first of the longest runs of zero groups. */
function longestZeros(
  groups: readonly string[],
): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    const end = groups.findIndex((group, at) => at >= start && group !== "0");
    const length = (end < 0 ? groups.length : end) - start;
    if (length > longest.length) longest = { start, length };
  }
  return longest;
}

/** The 4 or 16 bytes of an address, as they go over the wire. */
export function addressBytes({ version, value }: IpAddress): Uint8Array {
  const bytes = new Uint8Array(ADDRESS_BITS[version] / 8);
  for (let index = bytes.length - 1, rest = value; index >= 0; index--) {
    bytes[index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/**
 * The address of 4 or 16 bytes.
 *
 * @throws {RangeError} If there are fewer or more.
 */
export function addressFromBytes(bytes: Uint8Array): IpAddress {
  if (bytes.length !== 4 && bytes.length !== 16) {
    throw new RangeError(`An address has 4 or 16 bytes, not ${bytes.length}`);
  }
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { version: bytes.length === 4 ? 4 : 6, value };
}

/** Whether two addresses are the same. */
export function isSameAddress(one: IpAddress, other: IpAddress): boolean {
  return one.version === other.version && one.value === other.value;
}

/** Whether an address never leaves its machine: `127.0.0.0/8`, `::1`. */
export function isLoopback({ version, value }: IpAddress): boolean {
  return version === 4 ? value >> 24n === 127n : value === 1n;
}

/** Whether it stands for every address of a machine: `0.0.0.0`, `::`. */
export function isUnspecified({ value }: IpAddress): boolean {
  return value === 0n;
}
