/**
 * Connects a container's network namespace to the wire of a device of this
 * machine, by a device on top of that one (macvlan, ipvlan). There is no bridge
 * and no rule: the container is a machine of its own on that wire. It and this
 * machine do not reach each other.
 *
 * @module
 * @see Linux Documentation/networking/ipvlan.rst
 */
import type { Fd } from "../../ffi/fd.ts";
import { HostError } from "../base/errors.ts";
import { type Attachment, configureDevice, portName } from "./attachment.ts";
import type { VlanOptions } from "./driver_options.ts";
import { type Link, readLink } from "./link/link.ts";
import {
  changeLink,
  createIpvlan,
  createMacvlan,
  findLink,
  type StackedLink,
} from "./link/link_requests.ts";
import { linkNamed, removeDevice } from "./link/named_link.ts";
import { addRoute } from "./link/route_requests.ts";
import { macAddressFor } from "./mac_address.ts";
import type { NetlinkRequest } from "./netlink/message.ts";
import { NetlinkSocket } from "./netlink/netlink_socket.ts";
import { withinNetwork } from "./network_namespace.ts";

/** What a container's device is to be. */
export interface VlanAttachment
  extends Omit<Attachment, "bridge" | "neighbours" | "mtu"> {
  /** As `parseVlanOptions()` reads them. */
  readonly options: VlanOptions;
}

/**
 * Attaches a container. If it fails, nothing is left; the device ends with the
 * container's namespace.
 *
 * @param links Of the namespace that has the device below.
 * @param namespace The container's.
 * @returns The device's hardware address, 6 bytes: of ipvlan, its parent's.
 * @throws {HostError} If there is no such device.
 * @throws {NetlinkError} If the kernel refuses: `EOPNOTSUPP` if it knows no
 * such devices.
 */
export function attachVlan(
  links: NetlinkSocket,
  namespace: Fd,
  attachment: VlanAttachment,
): Uint8Array {
  const { container, slot } = attachment;
  const { index: parent } = findParent(links, attachment.options);
  // Its own name would be compared with those of this machine, which may well
  // have an eth0.
  const temporary = portName(container, slot);
  const name = `eth${slot}`;
  using undo = new DisposableStack();
  links.perform(
    createDevice({ name: temporary, parent, namespace }, attachment),
  );
  undo.defer(() => removeWithin(namespace, temporary));
  const macAddress = withinNetwork(namespace, () => {
    using inside = NetlinkSocket.openRoute();
    const device = readLink(inside.get(findLink(temporary)));
    inside.perform(changeLink(device.index, { name }));
    undo.defer(() => removeWithin(namespace, name));
    connect(inside, device.index, attachment);
    return device.macAddress.slice();
  });
  undo.move();
  return macAddress;
}

/** Takes a container's device away; forgives a missing one. */
export function detachVlan(namespace: Fd, slot: number): void {
  removeWithin(namespace, `eth${slot}`);
}

function removeWithin(namespace: Fd, name: string): void {
  withinNetwork(namespace, () => {
    using links = NetlinkSocket.openRoute();
    removeDevice(links, name);
  });
}

/**
 * Finds the device below the containers of a network.
 *
 * @throws {HostError} If there is none of the name.
 */
export function findParent(
  links: NetlinkSocket,
  { parent, kind }: VlanOptions,
): Link {
  const found = linkNamed(links, parent);
  if (found !== undefined) return found;
  const [, below, id] = /^(.+)\.(\d+)$/.exec(parent) ?? [];
  const advice = below === undefined
    ? "ip link; tsdocker network create -o parent=DEVICE"
    : `ip link add link ${below} name ${parent} type vlan id ${id}`;
  throw new HostError(
    `Cannot make a ${kind.driver} device: this machine has no device "${parent}"`,
    { advice },
  );
}

function createDevice(
  link: StackedLink,
  { options: { kind, mtu }, addresses, macAddress }: VlanAttachment,
): NetlinkRequest {
  const size = mtu === undefined ? {} : { mtu };
  if (kind.driver === "ipvlan") {
    return createIpvlan({ ...link, settings: size }, kind.mode);
  }
  const mac = macAddress ?? macAddressFor(addresses[0].address);
  // With an address of its own, passthru would change its parent's.
  const own = kind.mode === "passthru" && macAddress === undefined
    ? {}
    : { macAddress: mac };
  return createMacvlan({ ...link, settings: { ...size, ...own } }, kind.mode);
}

function connect(
  inside: NetlinkSocket,
  index: number,
  { slot, options: { kind }, addresses, gateways }: VlanAttachment,
): void {
  const isRouted = kind.driver === "ipvlan" && kind.mode !== "l2";
  const name = `eth${slot}`;
  if (!isRouted) {
    configureDevice(name, { addresses, gateways });
    return;
  }
  // There are no neighbours to ask for a gateway: the parent's routes count.
  configureDevice(name, { addresses, gateways: [] });
  for (const { version } of gateways) {
    const destination = { version, base: 0n, prefix: 0 };
    inside.perform(addRoute({ destination, device: index }));
  }
}
