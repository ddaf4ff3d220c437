/**
 * Published ports at `[::1]`, where bridges are filtered as if they routed
 * (`br_netfilter`): there, an answer has its destination put back to `::1` while
 * it is within the bridge, and the kernel drops what comes from a wire for that
 * address. So answers leave the bridge before: from the container's device they
 * go to the loopback, where such a destination is as it should be.
 *
 * @module
 * @see Linux net/ipv6/ip6_input.c, `ip6_rcv_core()`
 */
import { portName, portOwner } from "./attachment.ts";
import type { IpAddress } from "./ip_address.ts";
import { listAddresses, readAddress } from "./link/address_requests.ts";
import { linkNamed } from "./link/named_link.ts";
import { isNetlinkError } from "./netlink/netlink_error.ts";
import type { NetlinkSocket } from "./netlink/netlink_socket.ts";
import { filtersBridges } from "./network_sysctl.ts";
import { performBatch } from "./nftables/batch.ts";
import {
  createDetour,
  listDetours,
  removeDetour,
} from "./nftables/detour_requests.ts";
import { readChain } from "./nftables/read_table.ts";
import type { OwnTable } from "./own_table_name.ts";
import type { SettledPublication } from "./port_publication.ts";
import { containsAddress, parseSubnet } from "./subnet.ts";

/** Whose answers are to take the detour. */
export interface DetouredContainer {
  /** The container's id. */
  readonly container: string;
  /** Which of its devices has the published ports. */
  readonly slot: number;
  readonly publications: readonly SettledPublication[];
}

/** Addresses that a device has by itself. */
const LINK_LOCAL = parseSubnet("fe80::/10");

/**
 * Sees to it that `[::1]` reaches a container's published ports. To be done
 * when it is attached, and again when its ports change. Does nothing where it is
 * not needed; asks that of the calling thread's network namespace.
 *
 * @returns Whether `[::1]` reaches them: not on a kernel that cannot send
 * packets from device to device (`CONFIG_NFT_FWD_NETDEV`).
 * @throws {NetlinkError} If the kernel refuses.
 */
export function ensureDetour(
  { links, table }: { readonly links: NetlinkSocket; readonly table: OwnTable },
  { container, slot, publications }: DetouredContainer,
): boolean {
  removeDetours(table, container);
  const device = portName(container, slot);
  if (publications.length === 0 || !filtersBridges(6)) return true;
  const address = bridgeAddress(links, device);
  if (address === undefined) return true;
  const requests = createDetour(table.name, { device, address, publications });
  try {
    performBatch(table.filter, `make [::1] reach "${device}"`, requests);
    return true;
  } catch (error) {
    if (!isNetlinkError(error, "ENOENT", "EOPNOTSUPP", "EAFNOSUPPORT")) {
      throw error;
    }
    return false;
  }
}

/** The address of IPv6 of the bridge that a device is a port of. */
function bridgeAddress(
  links: NetlinkSocket,
  device: string,
): IpAddress | undefined {
  const master = linkNamed(links, device)?.master;
  if (master === undefined) return undefined;
  return links.list(listAddresses()).flatMap((message) => {
    const found = readAddress(message);
    return found?.index === master ? [found.address] : [];
  }).find((address) =>
    address.version === 6 && LINK_LOCAL !== undefined &&
    !containsAddress(LINK_LOCAL, address)
  );
}

/** Takes the detours of a container away; forgives missing ones. */
export function removeDetours(table: OwnTable, container: string): void {
  dropDetours(table, (chain) => {
    const start = portOwner(chain);
    return start !== undefined && container.startsWith(start);
  });
}

/**
 * Takes those of containers away that are gone.
 *
 * @param isAlive Whether there is a container whose id begins like this.
 * @returns The names of their devices.
 */
export function removeAbandonedDetours(
  table: OwnTable,
  isAlive: (start: string) => boolean,
): string[] {
  return dropDetours(table, (chain) => {
    const start = portOwner(chain);
    return start !== undefined && !isAlive(start);
  });
}

function dropDetours(
  { filter, name }: OwnTable,
  isMeant: (chain: string) => boolean,
): string[] {
  const chains = filter.list(listDetours()).map(readChain)
    .filter(({ table }) => table === name)
    .map((chain) => chain.name).filter(isMeant);
  for (const chain of chains) {
    try {
      performBatch(
        filter,
        `remove the detour "${chain}"`,
        removeDetour(name, chain),
      );
    } catch (error) {
      // Some kernels take it away with its device.
      if (!isNetlinkError(error, "ENOENT")) throw error;
    }
  }
  return chains;
}
