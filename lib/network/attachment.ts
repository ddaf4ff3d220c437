/**
 * Connects a container's network namespace to a bridge, by a pair of devices.
 * The device at the bridge has a name that tells whose it is.
 *
 * @module
 */
import type { Fd } from "../../ffi/fd.ts";
import type { IpAddress } from "./ip_address.ts";
import { addAddress } from "./link/address_requests.ts";
import { readLink } from "./link/link.ts";
import {
  changeLink,
  createVethPair,
  findLink,
  listLinks,
} from "./link/link_requests.ts";
import { removeDevice } from "./link/named_link.ts";
import { addDefaultRoute } from "./link/route_requests.ts";
import { macAddressFor } from "./mac_address.ts";
import { isNetlinkError } from "./netlink/netlink_error.ts";
import { NetlinkSocket } from "./netlink/netlink_socket.ts";
import { withinNetwork } from "./network_namespace.ts";
import { ignoreRouters, skipDuplicateDetection } from "./network_sysctl.ts";
import type { InterfaceAddress } from "./subnet.ts";

/** What a container's device is to be. */
export interface Attachment {
  /** The container's id. */
  readonly container: string;
  /** Which of the container's devices: its name there is `eth` and this. */
  readonly slot: number;
  /** The bridge's number. */
  readonly bridge: number;
  readonly addresses: readonly [InterfaceAddress, ...InterfaceAddress[]];
  /** Where packets go that no network is for; none of an internal network. */
  readonly gateways: readonly IpAddress[];
  readonly macAddress?: Uint8Array;
  readonly mtu?: number;
  /**
   * Whether others at the bridge are reached. If they are `isolated` too, they
   * are not; but by their published ports, unless bridges are filtered.
   */
  readonly neighbours?: "reached" | "isolated";
}

/** Of the loopback in every network namespace: `LOOPBACK_IFINDEX`. */
const LOOPBACK_INDEX = 1;
const PORT_PREFIX = "tv";
/** Of the container's id; with prefix and slot, a name has 15 characters. */
const ID_LENGTH = 11;
const MAX_SLOT = 99;
const PORT_NAME = /^tv([0-9a-f]{11})\d{1,2}$/;

/** The name of a container's device at the bridge. */
export function portName(container: string, slot: number): string {
  if (slot > MAX_SLOT) {
    throw new RangeError(`A container has no network ${slot}`);
  }
  return `${PORT_PREFIX}${container.slice(0, ID_LENGTH)}${slot}`;
}

/**
 * The start of the id of the container whose device at a bridge has a name.
 *
 * @returns `undefined` if it is no such name.
 */
export function portOwner(name: string): string | undefined {
  return PORT_NAME.exec(name)?.[1];
}

/**
 * Attaches a container. If it fails, nothing is left.
 *
 * @param links Of the namespace that has the bridge.
 * @param namespace The container's.
 * @throws {NetlinkError} If the kernel refuses.
 */
export function attach(
  links: NetlinkSocket,
  namespace: Fd,
  attachment: Attachment,
): void {
  const { container, slot, bridge: master, mtu, addresses } = attachment;
  const macAddress = attachment.macAddress ??
    macAddressFor(addresses[0].address);
  const settings = mtu === undefined ? {} : { mtu };
  const name = portName(container, slot);
  const far = `eth${slot}`;
  using undo = new DisposableStack();
  const pair = createVethPair({
    name,
    settings: { ...settings, master },
    peer: { name: far, namespace, settings: { ...settings, macAddress } },
  });
  try {
    links.perform(pair);
  } catch (error) {
    if (!isNetlinkError(error, "EEXIST")) throw error;
    // Of a run of the same container that has just ended, one may linger.
    detach(links, container, slot);
    links.perform(pair);
  }
  undo.defer(() => detach(links, container, slot));
  withinNetwork(namespace, () => {
    // Whatever leads out is told to it now; its neighbours are no routers.
    ignoreRouters(far);
    configureDevice(far, attachment);
  });
  const { index } = readLink(links.get(findLink(name)));
  links.performAll([
    changeLink(index, {
      hairpin: "on",
      linkLocal: "none",
      ...(attachment.neighbours === "isolated" ? { isolation: "on" } : {}),
    }),
    changeLink(index, { state: "up" }),
  ]);
  undo.move();
}

/**
 * Gives a device of the calling thread's namespace what a container needs, and
 * the loopback too.
 *
 * @throws {NetlinkError} If the kernel refuses.
 */
export function configureDevice(
  name: string,
  { addresses, gateways }: Pick<Attachment, "addresses" | "gateways">,
): void {
  using links = NetlinkSocket.openRoute();
  const { index } = readLink(links.get(findLink(name)));
  skipDuplicateDetection(name);
  links.performAll([
    changeLink(LOOPBACK_INDEX, { state: "up" }),
    ...addresses.map((address) => addAddress(index, address)),
    changeLink(index, { state: "up" }),
    ...gateways.map((gateway) => addDefaultRoute(gateway, index)),
  ]);
}

/** Takes a container's device away, at both ends. Forgives a missing one. */
export function detach(
  links: NetlinkSocket,
  container: string,
  slot: number,
): void {
  removeDevice(links, portName(container, slot));
}

/** Whose devices are looked at, and which of them are needed. */
export interface PortCensus {
  /** The numbers of the bridges. */
  readonly bridges: ReadonlySet<number>;
  /** Whether there is a container whose id begins like this. */
  readonly isAlive: (start: string) => boolean;
}

/**
 * Takes the devices of containers away that are gone. Those at other bridges
 * stay: they may be another tsdocker's, with a root of its own.
 *
 * @returns The names of the devices.
 */
export function removeAbandonedPorts(
  links: NetlinkSocket,
  { bridges, isAlive }: PortCensus,
): string[] {
  const abandoned = links.list(listLinks()).map(readLink)
    .filter(({ name, master }) => {
      const start = portOwner(name);
      return start !== undefined && master !== undefined &&
        bridges.has(master) && !isAlive(start);
    })
    .map(({ name }) => name);
  for (const name of abandoned) removeDevice(links, name);
  return abandoned;
}
