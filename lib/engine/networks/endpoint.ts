/**
 * A container's place in one network: reserved first, which gives it addresses,
 * and then attached, which gives it a device.
 *
 * @module
 */
import type { Fd } from "../../../ffi/fd.ts";
import { IntegrityError, NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { AddressLeases } from "../../network/address_leases.ts";
import { attach, type Attachment } from "../../network/attachment.ts";
import {
  type EndpointOptions,
  reserveEndpoint,
} from "../../network/bridge_network.ts";
import { parseBridgeOptions } from "../../network/driver_options.ts";
import { lockDirectoryShared } from "../../network/directory_lock.ts";
import type { NetworkSetup } from "../../network/ensure_network.ts";
import {
  formatIpAddress,
  type IpAddress,
  type IpVersion,
  parseIpAddress,
} from "../../network/ip_address.ts";
import {
  formatMacAddress,
  parseMacAddress,
} from "../../network/mac_address.ts";
import type { NetlinkSocket } from "../../network/netlink/netlink_socket.ts";
import {
  type NetworkRecord,
  readNetwork,
} from "../../network/network_store.ts";
import {
  type InterfaceAddress,
  parseInterfaceAddress,
} from "../../network/subnet.ts";
import { outsideVersions } from "../../network/outside_versions.ts";
import type { ContainerConfig } from "../container_config.ts";
import { endpointNames } from "./endpoint_names.ts";
import type { EndpointConfig } from "./network_config.ts";
import type { EndpointState } from "./network_state.ts";
import { ownAddressTest } from "./network_subnets.ts";
import { ownerName } from "./owner_name.ts";

/** Which place in a network is wanted. */
export interface EndpointRequest {
  readonly config: ContainerConfig;
  readonly endpoint: EndpointConfig;
  /** Its device inside is `eth` and this. */
  readonly slot: number;
  /** Whether it is to be the container's way to the world, if it is one. */
  readonly route: "default" | "none";
  /** Sees to it that the kernel has all of the network. */
  readonly ensure: NetworkMeans["ensure"];
}

/** How the kernel gets what a container needs of its networks. */
export interface NetworkMeans {
  /**
   * Sees to it that it has all of a network.
   *
   * @param outside By which versions of IP others reach this host.
   * @throws {NetlinkError} If it refuses.
   */
  ensure(
    network: NetworkRecord,
    outside: ReadonlySet<IpVersion>,
  ): Pick<NetworkSetup, "nowForwarding" | "drops">;
  /**
   * Attaches a container to a network by a device of its own.
   *
   * @returns What it has then.
   * @throws {NetlinkError} If it refuses; nothing is left then.
   */
  attach(place: AttachmentPlace, state: EndpointState): EndpointState;
}

/** A place in a network, and what was changed of this host for it. */
export interface ReservedEndpoint {
  readonly state: EndpointState;
  /** Sentences for the user. */
  readonly notes: readonly string[];
}

/**
 * Reserves a place: the kernel has all of the network then, and nobody removes
 * it until the addresses are given up.
 *
 * @throws {NotFoundError} If the network has been removed.
 * @throws {ConflictError} If there is no such address for it.
 * @throws {NetlinkError} If the kernel refuses.
 */
export function reserve(
  paths: HostPaths,
  { config, endpoint, slot, route, ensure }: EndpointRequest,
): ReservedEndpoint {
  using undo = new DisposableStack();
  using _unchanged = lockDirectoryShared(paths.networks);
  const network = networkOf(paths, endpoint, config.name);
  const leases = leasesOf(paths, network.id);
  const outside = outsideVersions(ownAddressTest(paths, [network]));
  const ways = waysOf(network, route, outside);
  const options = { container: config.id, ways, ...wishes(endpoint) };
  const { addresses, gateways, macAddress } = reserveEndpoint(
    network,
    leases,
    options,
  );
  undo.defer(() => leases.release(config.id));
  const { nowForwarding, drops } = ensure(network, outside);
  undo.move();
  const state: EndpointState = {
    network: network.id,
    networkName: network.name,
    ...(network.driver === "bridge" ? {} : { driver: network.driver }),
    slot,
    addresses: addresses.map(formatInterfaceAddress),
    gateways: gateways.map(formatIpAddress),
    macAddress: formatMacAddress(macAddress),
    names: endpointNames(config, endpoint),
  };
  const forwarding = nowForwarding.map((version) =>
    `This host passes packets of IPv${version} on from now on, for network "${network.name}"`
  );
  return { state, notes: [...forwarding, ...drops] };
}

/**
 * By which versions of IP a network is a container's way to the world. On the
 * wire of a device, gateways are others, whatever this host reaches.
 *
 * @param outside By which others reach this host.
 */
export function waysOf(
  { driver }: NetworkRecord,
  route: EndpointRequest["route"],
  outside: ReadonlySet<IpVersion>,
): ReadonlySet<IpVersion> {
  if (route === "none") return new Set();
  return driver === "bridge" ? outside : new Set([4, 6]);
}

/** The addresses of a network that containers have. */
export function leasesOf(paths: HostPaths, network: string): AddressLeases {
  return new AddressLeases(
    `${paths.addresses}/${network}`,
    (owner) => ownerName(paths, owner),
  );
}

/**
 * The network of an endpoint.
 *
 * @param container Whose it is, for the error.
 * @throws {NotFoundError} If it has been removed.
 */
export function networkOf(
  paths: Pick<HostPaths, "networks">,
  { network: id, networkName: name }: Pick<
    EndpointConfig,
    "network" | "networkName"
  >,
  container = "CONTAINER",
): NetworkRecord {
  const network = readNetwork(paths, name);
  if (network?.id === id) return network;
  throw new NotFoundError(
    network === undefined
      ? `network ${name} not found: it has been removed since the container was connected to it`
      : `network ${name} is another one than when the container was created`,
    {
      advice:
        `tsdocker network disconnect ${name} ${container}, or create the container again`,
    },
  );
}

/** What of an endpoint's options is asked for. */
function wishes(
  { ip, ip6, macAddress }: EndpointConfig,
): Pick<EndpointOptions, "addresses" | "macAddress"> {
  const addresses = [ip, ip6].flatMap((text) =>
    text === undefined ? [] : [readAddress(text)]
  );
  const mac = macAddress === undefined
    ? undefined
    : parseMacAddress(macAddress);
  return { addresses, ...(mac === undefined ? {} : { macAddress: mac }) };
}

/** A container's network namespace, and where its networks are recorded. */
export interface AttachmentPlace {
  readonly paths: Pick<HostPaths, "networks">;
  readonly container: ContainerId;
  readonly namespace: Fd;
}

/**
 * Attaches a container to a network on a bridge.
 *
 * @param bridge The bridge's number.
 * @throws {NetlinkError} If the kernel refuses; nothing is left then.
 */
export function attachToBridge(
  links: NetlinkSocket,
  { container, namespace, network, bridge }:
    & Pick<AttachmentPlace, "container" | "namespace">
    & { readonly network: NetworkRecord; readonly bridge: number },
  state: EndpointState,
): void {
  const { mtu, neighbours } = parseBridgeOptions(network.options);
  attach(links, namespace, {
    ...{ ...deviceOf(container, state), bridge, neighbours },
    ...(mtu === undefined ? {} : { mtu }),
  });
}

/** What an endpoint's device is to be, as its state says. */
export function deviceOf(
  container: ContainerId,
  state: EndpointState,
): Pick<
  Attachment,
  "container" | "slot" | "addresses" | "gateways" | "macAddress"
> {
  const [first, ...others] = state.addresses.map(readInterfaceAddress);
  const macAddress = parseMacAddress(state.macAddress);
  if (first === undefined || macAddress === undefined) throw damaged(container);
  return {
    ...{ container, slot: state.slot, macAddress },
    addresses: [first, ...others] as const,
    gateways: state.gateways.map(readAddress),
  };
}

/** Addresses of an endpoint without their prefixes, read. */
export function addressesOf(
  { addresses }: Pick<EndpointState, "addresses">,
): IpAddress[] {
  return addresses.map((text) => readInterfaceAddress(text).address);
}

function formatInterfaceAddress(
  { address, prefix }: InterfaceAddress,
): string {
  return `${formatIpAddress(address)}/${prefix}`;
}

function readInterfaceAddress(text: string): InterfaceAddress {
  const found = parseInterfaceAddress(text);
  if (found === undefined) throw damaged(text);
  return found;
}

function readAddress(text: string): IpAddress {
  const found = parseIpAddress(text);
  if (found === undefined) throw damaged(text);
  return found;
}

function damaged(what: string): IntegrityError {
  return new IntegrityError(`A record of networks is damaged at "${what}"`);
}
