/**
 * Makes a network.
 *
 * @module
 */
import { ConflictError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { createContainerId } from "../../base/identifiers.ts";
import { defaultGateway } from "../../network/address_pool.ts";
import { lockDirectory } from "../../network/directory_lock.ts";
import {
  type DriverOptions,
  parseBridgeOptions,
  parseVlanOptions,
} from "../../network/driver_options.ts";
import {
  chooseFreeSubnet,
  uniqueLocalSubnet,
} from "../../network/free_subnet.ts";
import { formatIpAddress } from "../../network/ip_address.ts";
import {
  type NetworkDriver,
  type NetworkRecord,
  publishNetwork,
  readNetwork,
  type SubnetRecord,
} from "../../network/network_store.ts";
import { allowsIpv6 } from "../../network/network_sysctl.ts";
import {
  formatSubnet,
  overlaps,
  parseSubnet,
  type Subnet,
} from "../../network/subnet.ts";
import { listNetworks } from "./find_network.ts";
import { DEFAULT_NETWORK } from "./network_mode.ts";
import { parseLabels } from "../lifecycle.ts";
import { recordNetworkEvent } from "./network_event.ts";
import { networkSubnets } from "./network_subnets.ts";
import {
  checkNetworkName,
  type NetworkOptions,
  parseDriver,
  parseSubnets,
} from "./network_options.ts";

type Paths = Pick<HostPaths, "networks" | "events">;

/** The start of the names of our bridges; the network's id follows. */
const BRIDGE_PREFIX = "tsd-";
const BRIDGE_ID_LENGTH = 11;
/** The network that is made without being asked for. */
const DEFAULT_OPTIONS: NetworkOptions = {
  name: DEFAULT_NETWORK,
  driver: "bridge",
  subnets: [],
  gateways: [],
  ranges: [],
  access: "world",
  labels: [],
  options: [],
};

/**
 * Makes a network. Its bridge is made when a container needs it.
 *
 * @param routes Destinations of all routes of this machine: a subnet that is
 * chosen overlaps none of them.
 * @returns What has been written down.
 * @throws {UsageError} If an option's value is malformed.
 * @throws {ConflictError} If there is one of the name, or its subnet is
 * another one's.
 */
export function createNetwork(
  paths: Paths,
  options: NetworkOptions,
  routes: readonly Subnet[],
): NetworkRecord {
  const name = checkNetworkName(options.name);
  // Two that choose at the same time must not choose alike.
  using _lock = lockDirectory(paths.networks);
  const record = recordFor(paths, { ...options, name }, routes);
  if (publishNetwork(paths, record)) {
    recordNetworkEvent(paths, record, "create");
    return record;
  }
  throw new ConflictError(`network with name ${name} already exists`, {
    advice: `tsdocker network rm ${name}, or choose another name`,
  });
}

/**
 * Makes the network of containers that are given none, unless somebody else
 * has just done so.
 *
 * @param routes As of {@linkcode createNetwork}.
 * @param onMade Hears of it if it is made.
 * @throws {ConflictError} If no subnet is free.
 */
export function createDefaultNetwork(
  paths: Paths,
  routes: readonly Subnet[],
  onMade: (network: NetworkRecord) => void,
): NetworkRecord {
  using _lock = lockDirectory(paths.networks);
  const known = readNetwork(paths, DEFAULT_NETWORK);
  if (known !== undefined) return known;
  const record = recordFor(paths, DEFAULT_OPTIONS, routes);
  // No event: to its users it has always been there.
  publishNetwork(paths, record);
  onMade(record);
  return record;
}

/** What is to be written down of a network; the lock is held. */
function recordFor(
  paths: Paths,
  options: NetworkOptions,
  routes: readonly Subnet[],
): NetworkRecord {
  const { name } = options;
  const driver = parseDriver(options.driver);
  const asked = parseSubnets(options);
  const driverOptions = parseLabels(options.options);
  const others = networkSubnets(paths);
  const first = asked.length > 0
    ? asked
    : [chooseSubnet([...routes, ...others])];
  const subnets = withIpv6(first, driver, options.ipv6 ?? "implied");
  assertFree(paths, subnets, others);
  const id = createContainerId();
  const device = deviceOf(id, driver, driverOptions);
  assertOwnBridge(paths, { name, driver, device });
  return {
    ...{ id, name, driver, device, subnets },
    createdMs: Date.now(),
    access: options.access,
    labels: parseLabels(options.labels),
    options: driverOptions,
    ...(options.attachable === undefined ? {} : { attachable: true }),
  };
}

/**
 * A subnet of IPv6 is unique by chance: nobody else has that of 2⁵⁶. One that
 * nobody has asked for is of use on bridges only.
 */
function withIpv6(
  subnets: readonly SubnetRecord[],
  driver: NetworkDriver,
  wanted: NonNullable<NetworkOptions["ipv6"]>,
): readonly SubnetRecord[] {
  const isThere = subnets.some(({ subnet }) => subnet.includes(":"));
  if (isThere || wanted === "none") return subnets;
  const isImplied = wanted === "implied";
  if (isImplied && !(driver === "bridge" && allowsIpv6())) return subnets;
  const random = crypto.getRandomValues(new Uint8Array(7));
  const own = recordOf(uniqueLocalSubnet(random));
  return [...subnets, isImplied ? { ...own, implied: true } : own];
}

function chooseSubnet(used: readonly Subnet[]): SubnetRecord {
  const subnet = chooseFreeSubnet(used);
  if (subnet === undefined) {
    throw new ConflictError("No private subnet is free on this machine", {
      advice: "give one with --subnet",
    });
  }
  return recordOf(subnet);
}

function recordOf(subnet: Subnet): SubnetRecord {
  const gateway = formatIpAddress(defaultGateway(subnet));
  return { subnet: formatSubnet(subnet), gateway };
}

function assertFree(
  paths: Paths,
  subnets: readonly SubnetRecord[],
  others: readonly Subnet[],
): void {
  for (const { subnet: text } of subnets) {
    const subnet = parseSubnet(text);
    const other = others.find((one) => subnet && overlaps(one, subnet));
    if (other === undefined) continue;
    throw new ConflictError(
      `Pool overlaps with other one on this address space: ${text} and ${
        formatSubnet(other)
      }`,
      { advice: `another subnet; network ${ownerOf(paths, other)} has that` },
    );
  }
}

function ownerOf(paths: Paths, subnet: Subnet): string | undefined {
  const text = formatSubnet(subnet);
  return listNetworks(paths, () => {})
    .find(({ subnets }) => subnets.some((one) => one.subnet === text))?.name;
}

/** The device that a network is about: its bridge, or that below its own. */
function deviceOf(
  id: string,
  driver: NetworkDriver,
  options: DriverOptions,
): string {
  if (driver !== "bridge") return parseVlanOptions(driver, options).parent;
  return parseBridgeOptions(options).device ??
    `${BRIDGE_PREFIX}${id.slice(0, BRIDGE_ID_LENGTH)}`;
}

/** Two networks cannot have one bridge; others can have one device below. */
function assertOwnBridge(
  paths: Paths,
  { name, driver, device }: Pick<NetworkRecord, "name" | "driver" | "device">,
): void {
  if (driver !== "bridge") return;
  const other = listNetworks(paths, () => {})
    .filter((other) => other.name !== name)
    .find((one) => one.driver === "bridge" && one.device === device);
  if (other === undefined) return;
  throw new ConflictError(
    `networks have same bridge name: network ${other.name} has ${device}`,
    { advice: "choose another name for the bridge" },
  );
}
