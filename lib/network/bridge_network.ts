/**
 * Networks of containers on a bridge: their subnets, and a container's place.
 *
 * @module
 */
import { ConflictError, IntegrityError } from "../base/errors.ts";
import type { AddressLeases } from "./address_leases.ts";
import type { AddressPool } from "./address_pool.ts";
import {
  formatIpAddress,
  type IpAddress,
  type IpVersion,
  parseIpAddress,
} from "./ip_address.ts";
import { macAddressFor } from "./mac_address.ts";
import type { NetlinkSocket } from "./netlink/netlink_socket.ts";
import type { NetworkRecord, SubnetRecord } from "./network_store.ts";
import type { OwnTable } from "./own_table_name.ts";
import { type InterfaceAddress, parseSubnet } from "./subnet.ts";

/** Conversations with the kernel about the namespace the bridges are in. */
export interface KernelNetwork {
  readonly links: NetlinkSocket;
  readonly table: OwnTable;
}

/** A subnet of a network, read. */
export interface NetworkSubnet {
  readonly pool: AddressPool;
  readonly gateway: IpAddress;
}

/** The subnets of a network, by the order of its record. */
export function subnetsOf({ name, subnets }: NetworkRecord): NetworkSubnet[] {
  return subnets.map((record) => {
    const read = readSubnet(record);
    if (read !== undefined) return read;
    throw new IntegrityError(
      `The record of network "${name}" has the malformed subnet "${record.subnet}"`,
      { advice: `tsdocker network rm ${name}` },
    );
  });
}

function readSubnet(record: SubnetRecord): NetworkSubnet | undefined {
  const subnet = parseSubnet(record.subnet);
  const gateway = parseIpAddress(record.gateway);
  const range = record.range === undefined
    ? undefined
    : parseSubnet(record.range);
  if (subnet === undefined || gateway === undefined) return undefined;
  const others = Object.values(record.auxiliary ?? {}).map(parseIpAddress);
  const reserved = [gateway, ...others.filter((one) => one !== undefined)];
  const pool = { subnet, reserved, ...(range === undefined ? {} : { range }) };
  return { pool, gateway };
}

/**
 * The versions of IP by which packets of a network's containers are passed on.
 *
 * @param outside By which others reach this machine.
 */
export function forwardedVersions(
  { access, subnets }: NetworkRecord,
  outside: ReadonlySet<IpVersion>,
): IpVersion[] {
  if (access === "internal") return [];
  const own = new Set(
    subnets.map(({ gateway }) => parseIpAddress(gateway)?.version),
  );
  return [...outside].filter((version) => own.has(version));
}

/** What a container asks of a network. */
export interface EndpointOptions {
  /** The container's id. */
  readonly container: string;
  /** Addresses it wants, one of each version of IP at most. */
  readonly addresses?: readonly IpAddress[];
  readonly macAddress?: Uint8Array;
  /** By which versions of IP its way to the world is through this network. */
  readonly ways: ReadonlySet<IpVersion>;
}

/** A container's place in a network. */
export interface Endpoint {
  readonly addresses: readonly [InterfaceAddress, ...InterfaceAddress[]];
  /** Where packets go that no network is for; none if not through this one. */
  readonly gateways: readonly IpAddress[];
  readonly macAddress: Uint8Array;
}

/**
 * Gives a container a place in a network. If it fails, nothing is left.
 *
 * @param leases The network's.
 * @throws {ConflictError} If there is no address for it.
 */
export function reserveEndpoint(
  network: NetworkRecord,
  leases: AddressLeases,
  options: EndpointOptions,
): Endpoint {
  const { container, ways } = options;
  const subnets = subnetsOf(network);
  assertInSome(subnets, options);
  using undo = new DisposableStack();
  undo.defer(() => leases.release(container));
  const [first, ...others] = subnets.map(({ pool }) =>
    claimAddress(leases, pool, options)
  );
  if (first === undefined) {
    throw new IntegrityError(`Network "${network.name}" has no subnet`);
  }
  const gateways = network.access === "internal"
    ? []
    : subnets.map(({ gateway }) => gateway)
      .filter(({ version }) => ways.has(version));
  const macAddress = options.macAddress ?? macAddressFor(first.address);
  undo.move();
  return { addresses: [first, ...others], gateways, macAddress };
}

/** An address of a version that the network has not would be lost silently. */
function assertInSome(
  subnets: readonly NetworkSubnet[],
  { addresses = [] }: EndpointOptions,
): void {
  const lost = addresses.find(({ version }) =>
    !subnets.some(({ pool }) => pool.subnet.version === version)
  );
  if (lost === undefined) return;
  throw new ConflictError(
    `Cannot use the address ${
      formatIpAddress(lost)
    }: the network has no subnet of IPv${lost.version}`,
    { advice: "tsdocker network create --ipv6, or --subnet" },
  );
}

function claimAddress(
  leases: AddressLeases,
  pool: AddressPool,
  { addresses = [], container }: EndpointOptions,
): InterfaceAddress {
  const { version, prefix } = pool.subnet;
  const wanted = addresses.find((address) => address.version === version);
  if (wanted === undefined) {
    return { address: leases.claim(pool, container), prefix };
  }
  leases.claimAddress(pool, wanted, container);
  return { address: wanted, prefix };
}

/** An endpoint's addresses as people read them. */
export function formatAddresses({ addresses }: Endpoint): string[] {
  return addresses.map(({ address }) => formatIpAddress(address));
}
