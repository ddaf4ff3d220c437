/**
 * Sees to it that the kernel has all of a network on a bridge, in the network
 * namespace of the calling thread.
 *
 * @module
 */
import { ensureBridge } from "./bridge_device.ts";
import {
  forwardedVersions,
  type KernelNetwork,
  subnetsOf,
} from "./bridge_network.ts";
import { parseBridgeOptions } from "./driver_options.ts";
import { explainDrops, findForeignDrops } from "./foreign_drops.ts";
import type { IpVersion } from "./ip_address.ts";
import { linkNamed } from "./link/named_link.ts";
import type { NetworkRecord } from "./network_store.ts";
import { enableForwarding } from "./network_sysctl.ts";
import { networkRules } from "./nftables/own_table.ts";
import { ensureOwnTable } from "./ensure_own_table.ts";
import { settleRules } from "./own_filter.ts";
import { tableHandle } from "./own_table_name.ts";

/** What was changed of this machine for a network, to be told. */
export interface NetworkSetup {
  /** The bridge's number. */
  readonly bridge: number;
  /** The number of the table that has its rules, unless that is just gone. */
  readonly table: bigint | undefined;
  /** Versions of IP that this machine did not pass on before. */
  readonly nowForwarding: readonly IpVersion[];
  /** Sentences about firewalls in the way, if the bridge is new. */
  readonly drops: readonly string[];
}

/**
 * Sees to it that the kernel has all of a network: the bridge, its rules, and
 * that packets are passed on. Whatever is there already stays.
 *
 * @param outside By which versions of IP others reach this machine: nothing
 * else is passed on.
 * @throws {NetlinkError} If the kernel refuses.
 * @throws {HostError} If a kernel parameter cannot be set.
 */
export function ensureNetwork(
  { links, table }: KernelNetwork,
  network: NetworkRecord,
  outside: ReadonlySet<IpVersion>,
): NetworkSetup {
  const { id, device: bridge, access } = network;
  const read = subnetsOf(network);
  // First the rules: what is not filtered yet must not be connected.
  ensureOwnTable(table);
  // Before the rules: a table that is made after them lacks them.
  const handle = tableHandle(table);
  const subnets = read.map(({ pool }) => pool.subnet);
  const { masquerade, mtu, neighbours } = parseBridgeOptions(network.options);
  const about = { id, bridge, subnets, access, masquerade, neighbours };
  settleRules(table, (owner) => owner === id, networkRules(about));
  const isNew = linkNamed(links, bridge) === undefined;
  const index = ensureBridge(links, {
    name: bridge,
    owner: { table: table.name, network: id },
    ...(mtu === undefined ? {} : { mtu }),
    addresses: read.map(({ pool, gateway }) => ({
      address: gateway,
      prefix: pool.subnet.prefix,
    })),
  });
  const versions = forwardedVersions(network, outside);
  const drops = isNew && access === "world"
    ? findForeignDrops(table.filter, { bridge, versions })
    : [];
  return {
    bridge: index,
    table: handle,
    nowForwarding: versions.filter(enableForwarding),
    drops: explainDrops(drops, { bridge }),
  };
}
