/**
 * What gives the kernel all that containers need of networks, of every driver,
 * whatever is missing.
 *
 * @module
 */
import { NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { detach } from "../../network/attachment.ts";
import type { KernelNetwork } from "../../network/bridge_network.ts";
import { parseVlanOptions } from "../../network/driver_options.ts";
import { ensureNetwork } from "../../network/ensure_network.ts";
import type { IpVersion } from "../../network/ip_address.ts";
import { linkNamed } from "../../network/link/named_link.ts";
import { formatMacAddress } from "../../network/mac_address.ts";
import type { NetworkRecord } from "../../network/network_store.ts";
import { noteSettled } from "../../network/settled_network.ts";
import {
  attachVlan,
  detachVlan,
  findParent,
} from "../../network/vlan_attachment.ts";
import {
  type AttachmentPlace,
  attachToBridge,
  deviceOf,
  type NetworkMeans,
  networkOf,
} from "./endpoint.ts";
import type { EndpointState } from "./network_state.ts";

/** Gives the kernel what it lacks. */
export function networkMeans(
  paths: Pick<HostPaths, "settled">,
  kernel: KernelNetwork,
): NetworkMeans {
  return {
    ensure: (network, outside) => ensure(paths, kernel, { network, outside }),
    attach: (place, state) => attachEndpoint(kernel, place, state),
  };
}

function ensure(
  { settled }: Pick<HostPaths, "settled">,
  kernel: KernelNetwork,
  { network, outside }: {
    readonly network: NetworkRecord;
    readonly outside: ReadonlySet<IpVersion>;
  },
): ReturnType<NetworkMeans["ensure"]> {
  const { driver, options } = network;
  if (driver === "bridge") {
    const setup = ensureNetwork(kernel, network, outside);
    noteSettled(settled, network, setup);
    return setup;
  }
  findParent(kernel.links, parseVlanOptions(driver, options));
  return { nowForwarding: [], drops: [] };
}

/**
 * Attaches a container to a network by a device of its own.
 *
 * @returns What it has then: of ipvlan, the hardware address is another one.
 * @throws {NotFoundError} If the network has been removed.
 * @throws {NetlinkError} If the kernel refuses; nothing is left then.
 */
export function attachEndpoint(
  { links }: Pick<KernelNetwork, "links">,
  place: AttachmentPlace,
  state: EndpointState,
): EndpointState {
  const { paths, container, namespace } = place;
  const network = networkOf(paths, state);
  const { driver, options } = network;
  if (driver !== "bridge") {
    const device = deviceOf(container, state);
    const vlan = { ...device, options: parseVlanOptions(driver, options) };
    const mac = attachVlan(links, namespace, vlan);
    return { ...state, macAddress: formatMacAddress(mac) };
  }
  const bridge = linkNamed(links, network.device)?.index;
  if (bridge === undefined) {
    throw new NotFoundError(`The bridge of network "${network.name}" is gone`, {
      advice: "tsdocker system repair",
    });
  }
  attachToBridge(links, { container, namespace, network, bridge }, state);
  return state;
}

/** Takes a container's device away, of whatever kind; forgives a missing one. */
export function detachEndpoint(
  { links }: Pick<KernelNetwork, "links">,
  { container, namespace }: Omit<AttachmentPlace, "paths">,
  slot: number,
): void {
  detach(links, container, slot);
  // What has no end at a bridge is there still.
  detachVlan(namespace, slot);
}
